import fc from 'fast-check';
import { makePlan } from './make-plan.ts';
import type { PlanRequest } from './plan-inputs.ts';
import { framesIn, Plan } from './plan.ts';
import { LadderRung } from './profiles.ts';
import type { FrameTable, SourceMeta } from './probe.ts';
import { evenFrames, source, videoTrack } from './testing/builders.ts';
import { anyFrames, REQUEST, segmentsOf } from './testing/plan-cases.ts';

describe('makePlan: several sources', () => {
  const sizeOf = (width: number, height: number) =>
    videoTrack({ displayWidth: width, displayHeight: height });
  const planAll = (
    metas: readonly SourceMeta[],
    request: Partial<PlanRequest> = {},
    tables: readonly FrameTable[] = [],
  ) =>
    makePlan(
      'j1',
      { ...REQUEST, ...request },
      metas.map((meta, index) => ({ meta, frames: tables[index] ?? evenFrames(240) })),
    );

  const late = (frames: FrameTable): FrameTable => ({ ...frames, pts: frames.pts.map((pts) => pts + 7) });

  it('puts one behind the other; no segment has frames of two, and each begins on its own clock', () => {
    const { plan } = planAll([source(), source()], {}, [evenFrames(200), late(evenFrames(100))]);
    expect(Plan.parse(plan)).toEqual(plan);
    expect(plan.inputs.map(({ startTicks, durationTicks }) => [startTicks, durationTicks])).toEqual([
      [0, 750_000],
      [750_000, 375_000],
    ]);
    expect(plan.inputs.map(({ firstPts }) => firstPts)).toEqual([0, 7]);
    expect(plan.chunks.map(({ index, input, frames }) => [index, input, frames])).toEqual([
      [0, 0, 144],
      [1, 0, 56],
      [2, 1, 100],
    ]);
    expect(segmentsOf(plan)).toMatchObject([
      { index: 0, startTicks: 0, endTicks: 540_000 },
      { index: 1, startTicks: 540_000, endTicks: 750_000 },
      { index: 2, startTicks: 750_000, endTicks: 1_125_000, sourceStartPts: 7 },
    ]);
    expect(plan.video).toMatchObject({ frames: 300, durationTicks: 1_125_000 });
  });

  it('covers every frame of every source exactly once', () => {
    fc.assert(
      fc.property(fc.array(anyFrames, { minLength: 1, maxLength: 4 }), (tables) => {
        const metas = tables.map(() => source({ video: videoTrack({ frameRate: undefined }) }));
        const { plan } = planAll(metas, { segmentSeconds: 3 }, tables);
        const segments = segmentsOf(plan);
        expect(segments.map(({ index }) => index)).toEqual(segments.map((_, index) => index));
        expect(plan.chunks.map(({ index }) => index)).toEqual(plan.chunks.map((_, index) => index));
        segments.forEach(({ endTicks }, index) =>
          expect(endTicks).toBe(segments[index + 1]?.startTicks ?? plan.video.durationTicks),
        );
        tables.forEach(({ pts }, input) => {
          const own = plan.chunks.filter((chunk) => chunk.input === input);
          const taken = own.flatMap((chunk) =>
            chunk.segments.flatMap(({ sourceStartPts, sourceEndPts = Infinity }) =>
              pts.filter((time) => time >= sourceStartPts && time < sourceEndPts),
            ),
          );
          expect(taken).toEqual(pts);
        });
      }),
    );
  });

  it('trims each by itself, and cuts sound where the last one has an end', () => {
    const append = [{ sourceUrl: 'file:///b', startSeconds: 1, endSeconds: 3 }];
    const { plan } = planAll([source(), source()], { endSeconds: 2, append });
    expect(plan.chunks.map(({ frames }) => frames)).toEqual([48, 48]);
    expect(plan.isCut).toBe(true);
    expect(
      planAll([source(), source()], { endSeconds: 2, append: [{ sourceUrl: 'file:///b' }] }).plan,
    ).not.toHaveProperty('isCut');
  });

  it('fits the ladder to the first, and the others into its frames', () => {
    const { plan, warnings } = planAll([
      source({ video: sizeOf(1280, 720) }),
      source({ video: sizeOf(1280, 718) }),
      source({ video: sizeOf(480, 360) }),
    ]);
    expect(plan.renditions[0]).toMatchObject({ width: 1280, height: 720 });
    expect(plan.inputs.map(({ fits }) => fits?.['720p'])).toEqual([
      undefined,
      undefined,
      { width: 960, height: 720 },
    ]);
    expect(warnings.map(({ code, message }) => [code, message.slice(0, 9)])).toEqual([
      ['PICTURE_FITTED', 'Source 3:'],
      ['PICTURE_FITTED', 'Source 3:'],
    ]);
  });

  it('keeps HDR only where all have it, and tags all as the first', () => {
    const ladder = [
      LadderRung.parse({
        name: 'a',
        shortSide: 360,
        maxrateKbps: 800,
        codec: 'hevc',
        dynamicRange: 'source',
      }),
    ];
    const pq = source({ video: videoTrack({ hdr: 'pq' }) });
    const both = planAll([pq, pq], { ladder });
    expect(both.plan.renditions[0]?.dynamicRange).toBe('pq');
    expect(new Set(both.warnings.map(({ code }) => code))).toEqual(new Set(['HDR_METADATA_DROPPED']));
    const dynamic = source({ video: videoTrack({ hdr: 'pq', hasDynamicHdr: true }) });
    const codes = (asked: typeof ladder): string[] =>
      planAll([dynamic], { ladder: asked }).warnings.map(({ code }) => code);
    expect(codes(ladder)).toEqual(['HDR_METADATA_DROPPED']);
    expect(codes([LadderRung.parse({ name: 'a', shortSide: 360, maxrateKbps: 800 })])).toEqual([
      'HDR_TONE_MAPPED',
    ]);
    const { plan } = planAll([source(), pq], { ladder });
    expect(plan.renditions[0]).not.toHaveProperty('dynamicRange');
    expect(plan.inputs.map(({ treatment }) => treatment?.colour.conversion)).toEqual(['keep', 'tone-map']);
    expect(plan.inputs[1]?.treatment?.colour.output).toEqual(plan.inputs[0]?.treatment?.colour.output);
  });

  it('takes sound by language, else by place, and silence where there is none', () => {
    const tracks = (...languages: string[]): SourceMeta['audio'] =>
      languages.map((language, index) => ({ ...source().audio[0]!, streamIndex: index + 1, language }));
    const { plan, warnings } = planAll([
      source({ audio: [] }),
      source({ audio: tracks('eng', 'deu') }),
      source({ audio: tracks('deu', 'fra', 'eng') }),
    ]);
    expect(plan.audio.map(({ name }) => name)).toEqual(['audio-eng', 'audio-deu']);
    expect(plan.inputs.map(({ audio }) => audio)).toEqual([
      {},
      { 'audio-eng': 1, 'audio-deu': 2 },
      { 'audio-eng': 3, 'audio-deu': 1 },
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['AUDIO_MISSING', 'AUDIO_TRACKS_SKIPPED']);
  });

  it('joins text of one language', () => {
    const text = (streamIndex: number, language: string): SourceMeta['subtitles'][0] => ({
      streamIndex,
      codec: 'subrip',
      kind: 'text',
      language,
      isDefault: false,
      isForced: false,
    });
    const { plan } = planAll([
      source({ subtitles: [text(2, 'eng')] }),
      source({ subtitles: [text(2, 'deu'), text(3, 'eng'), text(4, 'eng')] }),
    ]);
    expect(plan.subtitles.map(({ name }) => name)).toEqual([
      'subtitles-eng',
      'subtitles-deu',
      'subtitles-eng-2',
    ]);
    expect(plan.inputs.map(({ subtitles }) => subtitles)).toEqual([
      { 'subtitles-eng': 2 },
      { 'subtitles-deu': 2, 'subtitles-eng': 3, 'subtitles-eng-2': 4 },
    ]);
  });

  it('thins each out by its own frame rate, and those under the ceiling not at all', () => {
    const ladder = [LadderRung.parse({ name: 'a', shortSide: 360, maxrateKbps: 800, maxFrameRate: 12 })];
    const slow = source({ video: videoTrack({ frameRate: { num: 12, den: 1 } }) });
    const { plan, warnings } = planAll([slow, source(), slow], { ladder }, [
      evenFrames(48, 1024),
      evenFrames(96),
      evenFrames(12, 1024),
    ]);
    expect(plan.chunks.map(({ segments: [segment] }) => segment && framesIn(segment, 'a'))).toEqual([
      48, 48, 12,
    ]);
    expect(warnings.map(({ code, message }) => [message.slice(0, 9), code])).toEqual([
      ['Source 2:', 'FRAME_RATE_REDUCED'],
    ]);
    const caps = plan.inputs.map(({ frameRateCaps }) => frameRateCaps.a?.den);
    expect(caps).toEqual([undefined, 2, undefined]);
  });

  it('warns of sound that is cut at a border, or in another language', () => {
    const [track] = source().audio;
    if (track === undefined) throw new Error('no track');
    const video = videoTrack({ startSeconds: 0, durationSeconds: 10 });
    const long = { ...source({ video }), audio: [{ ...track, durationSeconds: 12 }] };
    const codes = (metas: readonly SourceMeta[], request: Partial<PlanRequest> = {}): string[] =>
      planAll(metas, request).warnings.map(({ code }) => code);
    expect(codes([long, long])).toEqual(['AUDIO_TAIL_TRIMMED']);
    expect(codes([long])).toEqual([]);
    // Who asks for a part wants no more than that.
    expect(codes([long, long], { endSeconds: 5 })).toEqual([]);
    const german = source({ audio: [{ ...track, language: 'deu' }] });
    expect(codes([source(), german])).toEqual(['AUDIO_LANGUAGE_DIFFERS']);
  });

  it('names the source that has no picture', () => {
    const { video: _, ...sound } = source();
    expect(() => planAll([source(), sound])).toThrow(/^Source 2 has no video track/);
  });

  it('joins sound alone, too', () => {
    const { plan } = planAll([source(), source({ audio: [], durationSeconds: 2 })], { ladder: 'audio-only' });
    expect(
      plan.inputs.map(({ startTicks, durationTicks, audio }) => [startTicks, durationTicks, audio]),
    ).toEqual([
      [0, 2_700_000, { 'audio-eng': 1 }],
      [2_700_000, 180_000, {}],
    ]);
    expect(plan.video.durationTicks).toBe(2_880_000);
  });
});
