import fc from 'fast-check';
import { keptFrames } from './frame-rate-cap.ts';
import { inSoftware } from './ladder.ts';
import { makePlan } from './make-plan.ts';
import { framesIn, isSoundFilled, Plan } from './plan.ts';
import { LadderRung } from './profiles.ts';
import type { FrameTable, SourceMeta } from './probe.ts';
import { rescale, VIDEO_TIMESCALE } from './rational.ts';
import { evenFrames, source, videoTrack } from './testing/builders.ts';
import { anyFrames, REQUEST, segmentsOf } from './testing/plan-cases.ts';

const planOf = (frames: FrameTable, segmentSeconds = 6, meta: SourceMeta = source()): Plan =>
  makePlan('j1', { ...REQUEST, segmentSeconds }, [{ meta, frames }]).plan;

describe('makePlan', () => {
  it('plans an even source on the grid', () => {
    const plan = planOf(evenFrames(720));
    expect(plan.inputs).toMatchObject([
      {
        streamIndex: 0,
        timeBase: { num: 1, den: 12_288 },
        firstPts: 0,
        originPts: 0,
        containerStartSeconds: 0,
        seekIsExact: true,
        startTicks: 0,
        durationTicks: 2_700_000,
        audio: { 'audio-eng': 1 },
        subtitles: {},
      },
    ]);
    expect(plan.video).toEqual({
      frames: 720,
      durationTicks: 2_700_000,
      decodeLeadTicks: 7500,
      nominalFrameTicks: 3750,
    });
    expect(plan.chunks).toHaveLength(5);
    expect(plan.chunks[1]).toEqual({
      index: 1,
      input: 0,
      seekPts: 144 * 512,
      frames: 144,
      segments: [
        {
          index: 1,
          sourceStartPts: 144 * 512,
          sourceEndPts: 288 * 512,
          startTicks: 540_000,
          endTicks: 1_080_000,
          frames: 144,
        },
      ],
    });
    expect(segmentsOf(plan).at(-1)).not.toHaveProperty('sourceEndPts');
  });

  it('covers every frame exactly once, whatever the source', () => {
    fc.assert(
      fc.property(anyFrames, fc.integer({ min: 1, max: 30 }), (frames, segmentSeconds) => {
        const plan = planOf(frames, segmentSeconds);
        const segments = segmentsOf(plan);
        const tickOf = (pts: number): number =>
          rescale(pts - (plan.inputs[0]?.originPts ?? NaN), frames.timeBase, VIDEO_TIMESCALE);

        expect(Plan.parse(plan)).toEqual(plan);
        expect(plan.inputs[0]?.originPts).toBe(frames.pts[0]);
        expect(plan.chunks.map((chunk) => chunk.index)).toEqual(plan.chunks.map((_, index) => index));
        expect(segments.map((segment) => segment.index)).toEqual(segments.map((_, index) => index));

        let frame = 0;
        segments.forEach((segment, index) => {
          const next = segments[index + 1];
          const own = frames.pts.filter(
            (pts) =>
              pts >= segment.sourceStartPts &&
              (segment.sourceEndPts === undefined || pts < segment.sourceEndPts),
          );
          expect(own).toEqual(frames.pts.slice(frame, frame + segment.frames));
          frame += segment.frames;
          expect(segment.sourceEndPts).toBe(next?.sourceStartPts);
          expect(segment.startTicks).toBe(tickOf(segment.sourceStartPts));
          expect(segment.endTicks).toBe(next?.startTicks ?? plan.video.durationTicks);
          expect(segment.endTicks).toBeGreaterThan(segment.startTicks);
          // No segment reaches over a grid line on which another frame lies.
          const lastTick = tickOf(own.at(-1) ?? NaN);
          const cell = segmentSeconds * VIDEO_TIMESCALE;
          expect(Math.floor(lastTick / cell)).toBe(Math.floor(segment.startTicks / cell));
        });
        expect(frame).toBe(frames.pts.length);
        expect(plan.video.frames).toBe(frames.pts.length);
        expect(segments[0]?.startTicks).toBe(0);
      }),
    );
  });

  it('begins to decode at the last keyframe before a chunk, and never after it', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const starts = frames.keyframes.map((index) => frames.pts[index] ?? NaN);
        for (const chunk of planOf(frames).chunks) {
          const first = chunk.segments[0]?.sourceStartPts ?? NaN;
          const before = starts.filter((pts) => pts <= first);
          expect(chunk.seekPts).toBeLessThanOrEqual(first);
          expect(chunk.seekPts).toBe(before.at(-1) ?? frames.pts[0]);
          expect(chunk.frames).toBe(chunk.segments.reduce((sum, segment) => sum + segment.frames, 0));
        }
      }),
    );
  });

  it('leaves room for reordering before the first frame, and times that are not negative', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const { video, presentationOriginSeconds } = planOf(frames);
        // Two samples can be decoded before the first is shown, one tick apart at least.
        expect(video.decodeLeadTicks).toBeGreaterThanOrEqual(2);
        // AAC priming comes up to 2,112 samples before the first sound.
        const room = presentationOriginSeconds * VIDEO_TIMESCALE;
        expect(room - video.decodeLeadTicks).toBeGreaterThan((VIDEO_TIMESCALE * 2112) / 48_000);
      }),
    );
  });

  it.each([24, 25, 30, 50, 60])('at %i Hz decodes two frames ahead', (rate) => {
    const { video } = planOf(evenFrames(rate * 10, 1, rate, rate));
    expect(video.decodeLeadTicks).toBe(2 * (VIDEO_TIMESCALE / rate));
  });

  it('makes the same plan twice', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        expect(planOf(structuredClone(frames))).toEqual(planOf(frames));
      }),
    );
  });

  describe('grouping into chunks', () => {
    const chunkSizes = (plan: Plan): number[] => plan.chunks.map((chunk) => chunk.segments.length);

    it('takes a segment each where keyframes are near', () => {
      expect(chunkSizes(planOf(evenFrames(24 * 60)))).toEqual(Array(10).fill(1));
    });

    it('takes longer chunks the longer their run-up, where keyframes are a minute apart', () => {
      const plan = planOf(evenFrames(24 * 180, 512, 24 * 60));
      expect(chunkSizes(plan)).toEqual([1, 1, 2, 4, 2, 1, 1, 2, 4, 2, 1, 1, 2, 4, 2]);
    });

    it('never decodes more run-up than it encodes, but before a keyframe and at the end', () => {
      fc.assert(
        fc.property(anyFrames, (frames) => {
          const plan = planOf(frames);
          const keys = new Set(frames.keyframes.map((index) => frames.pts[index]));
          plan.chunks.forEach((chunk, index) => {
            const first = chunk.segments[0]?.sourceStartPts ?? NaN;
            const end = plan.chunks[index + 1]?.segments[0]?.sourceStartPts;
            if (end === undefined || keys.has(end)) return;
            expect(end - first).toBeGreaterThanOrEqual(first - chunk.seekPts);
          });
        }),
      );
    });

    it('takes a source without any keyframe as one that starts with one', () => {
      const plan = planOf({ ...evenFrames(24 * 30), keyframes: [] });
      expect(plan.chunks.map((chunk) => chunk.seekPts)).toEqual(plan.chunks.map(() => 0));
    });

    it('stays under 20,000 tasks for ten hours of one-second segments', () => {
      const plan = planOf(evenFrames(10 * 3600 * 24, 512, 24), 1);
      expect(segmentsOf(plan)).toHaveLength(36_000);
      expect(plan.chunks).toHaveLength(18_000);
    });
  });

  it('plans a million frames', () => {
    const plan = planOf(evenFrames(1_000_000));
    expect(segmentsOf(plan).reduce((sum, segment) => sum + segment.frames, 0)).toBe(1_000_000);
  });

  it.each([
    ['a frame alone', { pts: [5], keyframes: [0] }, { frames: 1, durationTicks: 3750 }],
    ['no zero at the start', { pts: [-512, 0, 512], keyframes: [0] }, { frames: 3, durationTicks: 11_250 }],
  ])('%s', (_, table, expected) => {
    expect(planOf({ ...evenFrames(1), ...table }).video).toMatchObject(expected);
  });

  it.each([
    ['no video track', source(), evenFrames(1), 'SOURCE_NO_VIDEO'],
    [
      'no frame',
      source({ video: videoTrack() }),
      { ...evenFrames(1), pts: [], keyframes: [] },
      'SOURCE_DAMAGED',
    ],
    [
      'frames closer than a tick',
      source({ video: videoTrack() }),
      { ...evenFrames(3, 1, 1, 1_000_000) },
      'SOURCE_DAMAGED',
    ],
  ])('refuses %s', (_, meta, frames, code) => {
    const { video: __, ...withoutVideo } = meta;
    const given = code === 'SOURCE_NO_VIDEO' ? withoutVideo : meta;
    expect(() => planOf(frames, 6, given)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['mov,mp4,m4a,3gp,3g2,mj2', true],
    ['matroska,webm', true],
    ['mpegts', false],
    ['avi', false],
    ['flv', false],
  ])('%s: a seek is exact: %p', (container, seekIsExact) => {
    expect(planOf(evenFrames(48), 6, source({ container })).inputs[0]?.seekIsExact).toBe(seekIsExact);
  });
});

describe('makePlan: sound', () => {
  const track = (
    streamIndex: number,
    fields: Partial<SourceMeta['audio'][0]> = {},
  ): SourceMeta['audio'][0] => ({
    streamIndex,
    codec: 'aac',
    channels: 2,
    sampleRateHz: 44_100,
    isDefault: false,
    startSeconds: 0,
    ...fields,
  });
  const audioOf = (audio: SourceMeta['audio']): Plan['audio'] =>
    planOf(evenFrames(48), 6, source({ audio })).audio;

  it('gives each track a name and a label of its own, and one default', () => {
    const audio = audioOf([
      track(1, { language: 'eng' }),
      track(2, { language: 'eng', isDefault: true }),
      track(3, { language: 'eng', title: 'eng' }),
      track(4, { language: '../x' }),
      track(5),
    ]);
    expect(audio.map((rendition) => rendition.name)).toEqual([
      'audio-eng',
      'audio-eng-2',
      'audio-eng-3',
      'audio-x',
      'audio-und',
    ]);
    expect(new Set(audio.map((rendition) => rendition.label)).size).toBe(5);
    expect(audio.map((rendition) => rendition.isDefault)).toEqual([false, true, false, false, false]);
  });

  it('gives labels that a playlist can hold, and that differ there', () => {
    const titles = ['a"b', 'a\u0000b', 'a b', ' ', ''];
    const audio = audioOf(titles.map((title, index) => track(index + 1, { title, language: 'eng' })));
    expect(audio.map(({ label }) => label)).toEqual(['a b', 'a b (2)', 'a b (3)', 'eng', 'eng (2)']);
  });

  it('makes the first track the default where the source names none', () => {
    expect(audioOf([track(1), track(2)]).map((rendition) => rendition.isDefault)).toEqual([true, false]);
  });

  it('keeps mono and mixes surround down', () => {
    expect(
      audioOf([track(1, { channels: 1 }), track(2, { channels: 6 })]).map((rendition) => rendition.channels),
    ).toEqual([1, 2]);
  });

  it('does without sound', () => {
    expect(audioOf([])).toEqual([]);
  });
});

describe('makePlan: trimming', () => {
  const trimmed = (startSeconds?: number, endSeconds?: number, frames = evenFrames(720)): Plan =>
    makePlan(
      'j1',
      {
        ...REQUEST,
        ...(startSeconds === undefined ? {} : { startSeconds }),
        ...(endSeconds === undefined ? {} : { endSeconds }),
      },
      [{ meta: source(), frames }],
    ).plan;

  it('takes the frames from the start up to the end, exactly', () => {
    const plan = trimmed(10, 20);
    expect(plan.video).toMatchObject({ frames: 240, durationTicks: 900_000 });
    expect(plan.inputs).toMatchObject([{ originPts: 240 * 512, firstPts: 0, durationTicks: 900_000 }]);
    expect(plan.isCut).toBe(true);
    const segments = segmentsOf(plan);
    expect(segments.map(({ startTicks, endTicks }) => [startTicks, endTicks])).toEqual([
      [0, 540_000],
      [540_000, 900_000],
    ]);
    expect(segments.at(-1)?.sourceEndPts).toBe(480 * 512);
  });

  it('decodes from the keyframe before the first frame', () => {
    expect(trimmed(10.1).chunks[0]).toMatchObject({ seekPts: 240 * 512 });
  });

  it('takes a time that was rounded to the millisecond for its frame', () => {
    // Frame 1 is shown at 41.667 ms.
    expect(trimmed(0.042).inputs[0]?.originPts).toBe(512);
    expect(trimmed(0, 0.042).video.frames).toBe(1);
  });

  it('lets sound outlast the picture where no end is asked for, and fills it up in every part', () => {
    expect(trimmed(5)).not.toHaveProperty('isCut');
    expect([trimmed(), trimmed(5), trimmed(undefined, 5)].map(isSoundFilled)).toEqual([false, true, true]);
  });

  it.each([
    [30, undefined],
    [10.01, 10.02],
  ])('refuses %p to %p s, where no frame is', (start, end) => {
    expect(() => trimmed(start, end)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  it('covers exactly the frames between any two times, once', () => {
    const time = fc.double({ min: 0, max: 400, noNaN: true });
    fc.assert(
      fc.property(anyFrames, time, time, (frames, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const first = frames.pts[0] ?? 0;
        const seconds = (pts: number): number =>
          rescale(pts - first, frames.timeBase, VIDEO_TIMESCALE) / VIDEO_TIMESCALE;
        const wanted = frames.pts.filter(
          (pts) => seconds(pts) >= from - 0.0005 && seconds(pts) < to - 0.0005,
        );
        if (wanted.length === 0) {
          expect(() => trimmed(from, to, frames)).toThrow();
          return;
        }
        const segments = segmentsOf(trimmed(from, to, frames));
        const taken = segments.flatMap(({ sourceStartPts, sourceEndPts = Infinity }) =>
          frames.pts.filter((pts) => pts >= sourceStartPts && pts < sourceEndPts),
        );
        expect(taken).toEqual(wanted);
      }),
    );
  });
});

describe('makePlan: ceilings of the frame rate', () => {
  const ladder = [
    { name: 'all', shortSide: 360, maxrateKbps: 800 },
    { name: 'half', shortSide: 360, maxrateKbps: 800, maxFrameRate: 12 },
    { name: 'third', shortSide: 360, maxrateKbps: 800, maxFrameRate: 8 },
  ].map((rung) => LadderRung.parse(rung));

  it('cuts where every rendition has a frame, and counts the frames of each', () => {
    const plan = makePlan('j1', { ...REQUEST, ladder, segmentSeconds: 1 }, [
      { meta: source(), frames: evenFrames(100) },
    ]).plan;
    expect(segmentsOf(plan).map(({ frames, framesOf }) => [frames, framesOf?.half, framesOf?.third])).toEqual(
      [
        [24, 12, 8],
        [24, 12, 8],
        [24, 12, 8],
        [24, 12, 8],
        [4, 2, 2],
      ],
    );
  });

  it('keeps the first frame of every segment in every rendition, whatever the source', () => {
    fc.assert(
      fc.property(anyFrames, fc.integer({ min: 1, max: 10 }), (frames, segmentSeconds) => {
        const meta = source({ video: videoTrack({ frameRate: undefined }) });
        const { plan } = makePlan('j1', { ...REQUEST, ladder, segmentSeconds }, [{ meta, frames }]);
        const ticks = frames.pts.map((pts) =>
          rescale(pts - (frames.pts[0] ?? 0), frames.timeBase, VIDEO_TIMESCALE),
        );
        for (const { name } of plan.renditions) {
          const frameRateCap = plan.inputs[0]?.frameRateCaps[name];
          const kept =
            frameRateCap === undefined
              ? ticks
              : ticks.filter((_, frame) => keptFrames(ticks, frameRateCap)[frame]);
          const segments = segmentsOf(plan);
          expect(segments.every(({ startTicks }) => kept.includes(startTicks))).toBe(true);
          expect(segments.reduce((sum, segment) => sum + framesIn(segment, name), 0)).toBe(kept.length);
        }
      }),
    );
  });
});

describe('makePlan: sound alone', () => {
  it('plans a timeline as long as the sound, and no picture', () => {
    const { plan } = makePlan('j1', { ...REQUEST, ladder: 'audio-only' }, [
      { meta: source(), frames: undefined },
    ]);
    expect(Plan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({
      renditions: [],
      chunks: [],
      video: { frames: 0, durationTicks: 2_700_000 },
    });
    expect(plan.audio).toHaveLength(1);
  });

  it('refuses a source without sound', () => {
    expect(() =>
      makePlan('j1', { ...REQUEST, ladder: 'audio-only' }, [
        { meta: source({ audio: [] }), frames: undefined },
      ]),
    ).toThrow(expect.objectContaining({ code: 'SOURCE_NO_AUDIO' }));
  });
});

describe('makePlan: encoders', () => {
  const planBy = (encoder?: string): Plan =>
    makePlan('j1', REQUEST, [{ meta: source(), frames: evenFrames(720) }], encoder).plan;

  it('plans for software unless it is told otherwise', () => {
    expect(new Set(planBy().renditions.map(({ encoder }) => encoder))).toEqual(new Set(['libx264']));
  });

  it('changes nothing but the encoder for hardware, so that each rendition can fall back', () => {
    const plan = planBy('h264_qsv');
    expect(new Set(plan.renditions.map(({ encoder }) => encoder))).toEqual(new Set(['h264_qsv']));
    expect({ ...plan, renditions: plan.renditions.map(inSoftware) }).toEqual(planBy());
  });
});

describe('makePlan: warnings', () => {
  const codes = (meta: SourceMeta): string[] =>
    makePlan('j1', REQUEST, [{ meta, frames: evenFrames(48) }]).warnings.map(({ code }) => code);
  const audio = source().audio;

  it.each<[string, SourceMeta, string[]]>([
    ['nothing to warn of', source(), []],
    ['PQ', source({ video: videoTrack({ hdr: 'pq' }) }), ['HDR_TONE_MAPPED']],
    ['4:2:2', source({ video: videoTrack({ pixelFormat: 'yuv422p' }) }), ['CHROMA_REDUCED']],
    ['10 bits', source({ video: videoTrack({ pixelFormat: 'yuv420p10le' }) }), ['BIT_DEPTH_REDUCED']],
    ['RGB', source({ video: videoTrack({ pixelFormat: 'gbrp' }) }), ['CHROMA_REDUCED']],
    ['marked as interlaced, and not', source({ video: videoTrack({ interlaced: true }) }), []],
    ['interlaced', source({ video: videoTrack({ fieldOrder: 'tff' }) }), ['DEINTERLACED']],
    ['wide colours', source({ video: videoTrack({ primaries: 'bt2020' }) }), ['COLOUR_CONVERTED']],
    ['Dolby Vision', source({ video: videoTrack({ dolbyVisionProfile: 8 }) }), ['DOLBY_VISION_DROPPED']],
    ['two pictures', source({ otherVideoTracks: 1 }), ['VIDEO_TRACKS_SKIPPED']],
    [
      'subtitles',
      source({
        subtitles: [
          { streamIndex: 2, codec: 'dvd_subtitle', kind: 'image', isDefault: false, isForced: false },
        ],
      }),
      ['SUBTITLES_SKIPPED'],
    ],
    ['unknown sound', source({ undecodableAudioTracks: 1 }), ['AUDIO_UNDECODABLE']],
    [
      'nine sounds',
      source({ audio: Array.from({ length: 9 }, (_, index) => ({ ...audio[0]!, streamIndex: index + 1 })) }),
      ['AUDIO_TRACKS_SKIPPED'],
    ],
    ['surround', source({ audio: audio.map((t) => ({ ...t, channels: 6 })) }), ['AUDIO_DOWNMIXED']],
    [
      'sound first',
      source({ audio: audio.map((t) => ({ ...t, startSeconds: -0.5 })) }),
      ['AUDIO_LEAD_TRIMMED'],
    ],
  ])('%s', (_, meta, expected) => {
    expect(codes(meta)).toEqual(expected);
  });
});
