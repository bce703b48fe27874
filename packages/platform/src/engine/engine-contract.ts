import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  PLAN_VERSION,
  CodedError,
  VIDEO_TIMESCALE,
  type Plan,
  type PlannedChunk,
  type VideoRendition,
} from '@framefold/domain';
import { audioRendition, plannedInput, videoRendition } from '@framefold/domain/testing';
import { measureSegment } from '@framefold/media';
import type { EncodeEngine, EngineProgress, EngineTask, LocalRendition } from './encode-engine.ts';

const FRAMES_PER_SECOND = 25;
const SECONDS = 4;

interface Lab {
  readonly engine: EncodeEngine;
  /** ffmpeg, to make the source with. */
  readonly ffmpeg: string;
}

/**
 * What every engine must hold: exactly the planned frames at the planned times, the same bytes each time.
 *
 * @param settings of all renditions, where they are not constant quality by libx264
 */
export function describeEncodeEngine(
  name: string,
  make: () => Promise<Lab>,
  settings: Partial<VideoRendition> = {},
): void {
  describe(`${name} as an encode engine`, () => {
    const planned = {
      ...PLAN,
      renditions: PLAN.renditions.map((rendition) => ({ ...rendition, ...settings })),
    };
    let lab: Lab;
    let folder: string;
    let source: string;

    beforeAll(async () => {
      lab = await make();
      folder = await mkdtemp(join(tmpdir(), 'framefold-engine-'));
      source = join(folder, 'source.mp4');
      makeSource(lab.ffmpeg, source);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const taskFor = async (plan: Plan, more: Partial<EngineTask> = {}): Promise<EngineTask> => ({
      sourceFiles: [source],
      plan,
      scratchFolder: await mkdtemp(join(folder, 'scratch-')),
      ...more,
    });
    const encode = async (
      chunk: PlannedChunk,
      more: Partial<EngineTask> = {},
      plan = planned,
    ): Promise<readonly LocalRendition[]> => lab.engine.encodeChunk(await taskFor(plan, more), chunk);

    it('names its build', () => {
      expect(lab.engine.build).toMatch(/^[a-z]+-\S+$/);
    });

    it.each([0, 1, 2])(
      'gives chunk %i its planned frames at the planned times, on every rendition',
      async (index) => {
        const chunk = chunkAt(index);
        const renditions = await encode(chunk);
        expect(renditions.map((rendition) => rendition.name)).toEqual(['large', 'small']);
        for (const rendition of renditions) {
          for (const segment of rendition.segments) {
            const bytes = await readFile(segment.file);
            const planned = chunk.segments.find((candidate) => candidate.index === segment.index);
            expect(measureSegment(bytes, bytes.length)).toEqual({
              samples: planned?.frames,
              decodeStart: VIDEO_TIMESCALE + (planned?.startTicks ?? NaN),
              decodeEnd: VIDEO_TIMESCALE + (planned?.endTicks ?? NaN),
              presentationStart: VIDEO_TIMESCALE + (planned?.startTicks ?? NaN),
              beginsWithKeyframe: true,
            });
          }
        }
      },
    );

    it('gives all chunks of a rendition one init segment, and a chunk the same bytes each time', async () => {
      const first = await bytesOf(await encode(chunkAt(1)));
      const again = await bytesOf(await encode(chunkAt(1)));
      const other = await bytesOf(await encode(chunkAt(2)));
      expect(again).toEqual(first);
      expect(other.inits).toEqual(first.inits);
    });

    it('reports frames as they are done', async () => {
      const seen: EngineProgress[] = [];
      await encode(chunkAt(0), { onProgress: (progress) => void seen.push(progress) });
      expect(seen.at(-1)?.framesDone).toBe(chunkAt(0).frames);
      expect(seen.at(-1)?.speed).toBeGreaterThan(0);
    });

    it('says SOURCE_DAMAGED when the source has fewer frames than planned', async () => {
      const chunk = chunkAt(2);
      const segments = chunk.segments.map((segment) => ({ ...segment, frames: segment.frames + 5 }));
      const longer = { ...chunk, segments };
      await expect(encode(longer)).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
    });

    it('says ENCODER_TIMED_OUT when the time is over', async () => {
      const slow = {
        ...PLAN,
        renditions: PLAN.renditions.map((rendition) => ({
          ...rendition,
          preset: 'veryslow',
          width: 3840,
          height: 2160,
        })),
      };
      await expect(encode(chunkAt(0), { timeoutSeconds: 0.5 }, slow)).rejects.toMatchObject({
        code: 'ENCODER_TIMED_OUT',
      });
    });

    it('says ENCODER_CRASHED when the encoder does not come up', async () => {
      const broken = {
        ...PLAN,
        renditions: PLAN.renditions.map((rendition) => ({ ...rendition, encoder: 'no-such-encoder' })),
      };
      const attempt = encode(chunkAt(0), {}, broken);
      await expect(attempt).rejects.toBeInstanceOf(CodedError);
      await expect(attempt).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
    });

    it('cuts sound at the segments, with the priming before the start and no gap', async () => {
      const [track] = PLAN.audio;
      if (track === undefined) throw new Error('The plan has no sound.');
      const rendition = await lab.engine.encodeAudio(await taskFor(PLAN), track);
      let decodeEnd = AUDIO_TIMESCALE - 1024;
      for (const segment of rendition.segments) {
        const bytes = await readFile(segment.file);
        const times = measureSegment(bytes, bytes.length);
        expect(times.decodeStart).toBe(decodeEnd);
        decodeEnd = times.decodeEnd;
      }
      expect((decodeEnd - AUDIO_TIMESCALE) / track.sampleRateHz).toBeCloseTo(SECONDS, 1);
      expect(rendition.segments).toHaveLength(4);
    });
  });
}

const AUDIO_TIMESCALE = 48_000;
const TICKS_PER_FRAME = VIDEO_TIMESCALE / FRAMES_PER_SECOND;
const PTS_PER_FRAME = 12_800 / FRAMES_PER_SECOND;

const segmentAt = (index: number): PlannedChunk['segments'][number] => ({
  index,
  sourceStartPts: index * FRAMES_PER_SECOND * PTS_PER_FRAME,
  ...(index === SECONDS - 1 ? {} : { sourceEndPts: (index + 1) * FRAMES_PER_SECOND * PTS_PER_FRAME }),
  startTicks: index * VIDEO_TIMESCALE,
  endTicks: (index + 1) * VIDEO_TIMESCALE,
  frames: FRAMES_PER_SECOND,
});

/** Chunks of 1, 1 and 2 seconds; the source has one keyframe, at its start. */
const PLAN: Plan = {
  version: PLAN_VERSION,
  jobId: 'engine',
  segmentSeconds: 1,
  inputs: [plannedInput({ durationTicks: SECONDS * VIDEO_TIMESCALE, audio: { 'audio-und': 1 } })],
  video: {
    frames: SECONDS * FRAMES_PER_SECOND,
    durationTicks: SECONDS * VIDEO_TIMESCALE,
    decodeLeadTicks: 2 * TICKS_PER_FRAME,
    nominalFrameTicks: TICKS_PER_FRAME,
  },
  presentationOriginSeconds: 1,
  renditions: [
    videoRendition({ name: 'large', width: 320, height: 240, crf: 24 }),
    videoRendition({ name: 'small', width: 160, height: 120, crf: 24, maxrateKbps: 300, bufsizeKbps: 600 }),
  ],
  subtitles: [],
  audio: [audioRendition({ name: 'audio-und', label: 'und' })],
  chunks: [[0], [1], [2, 3]].map((indexes, index) => ({
    index,
    input: 0,
    seekPts: 0,
    segments: indexes.map(segmentAt),
    frames: indexes.length * FRAMES_PER_SECOND,
  })),
};

function chunkAt(index: number): PlannedChunk {
  const chunk = PLAN.chunks[index];
  if (chunk === undefined) throw new Error(`The plan has no chunk ${index}.`);
  return chunk;
}

function makeSource(ffmpeg: string, file: string): void {
  const video = `testsrc2=size=320x240:rate=${FRAMES_PER_SECOND}:duration=${SECONDS}`;
  execFileSync(ffmpeg, [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', video, '-f', 'lavfi', '-i', `sine=duration=${SECONDS}`],
    ...['-c:v', 'libx264', '-g', '1000', '-sc_threshold', '0', '-pix_fmt', 'yuv420p', '-c:a', 'aac', file],
  ]);
}

async function bytesOf(
  renditions: readonly LocalRendition[],
): Promise<{ inits: Buffer[]; segments: Buffer[] }> {
  const inits = await Promise.all(renditions.map((rendition) => readFile(rendition.initFile)));
  const files = renditions.flatMap((rendition) => rendition.segments.map((segment) => segment.file));
  return { inits, segments: await Promise.all(files.map((file) => readFile(file))) };
}
