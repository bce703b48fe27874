import { createHash } from 'node:crypto';
import {
  PLAN_VERSION,
  chunkUnit,
  initPath,
  segmentPath,
  storeKeys,
  type CommitRecord,
  type EncodedRendition,
  type Plan,
  type StoredSegment,
} from '@framefold/domain';
import { audioRendition, plannedInput, videoRendition } from '@framefold/domain/testing';
import { writeSegment } from '@framefold/media';
import { audioInit, videoInit } from '@framefold/media/testing';
import type { ObjectStore } from '@framefold/platform';

/** A media segment by what its boxes say and how long it is. Times are ticks of its track. */
export interface SegmentShape {
  readonly index: number;
  readonly startTicks: number;
  readonly samples: number;
  readonly ticksPerSample: number;
  /** All bytes, boxes included. */
  readonly sizeBytes: number;
  readonly beginsWithKeyframe?: boolean;
}

/** What one unit gave for one rendition. */
export interface RenditionShape {
  readonly name: string;
  readonly timescale: number;
  readonly init: Buffer;
  readonly segments: readonly SegmentShape[];
}

/** The units of an encoded job by name; specs change what they want to be wrong. */
export type EncodedUnits = Readonly<Record<string, readonly RenditionShape[]>>;

export const JOB_ID = 'job';

/** 13 frames at 5 Hz: segments of 1, 1 and 0.6 s, in chunks of two and of one; two renditions and a sound track. */
export const PLAN: Plan = {
  version: PLAN_VERSION,
  jobId: JOB_ID,
  segmentSeconds: 1,
  inputs: [plannedInput({ timeBase: { num: 1, den: 5 }, durationTicks: 234_000, audio: { 'audio-eng': 1 } })],
  video: {
    frames: 13,
    durationTicks: 234_000,
    decodeLeadTicks: 0,
    nominalFrameTicks: 18_000,
  },
  presentationOriginSeconds: 1,
  renditions: [
    videoRendition({ name: 'large', width: 320, height: 240 }),
    videoRendition({ name: 'small', width: 160, height: 120 }),
  ],
  subtitles: [],
  audio: [audioRendition({ language: 'eng', label: 'English' })],
  chunks: [
    { index: 0, input: 0, seekPts: 0, frames: 10, segments: [plannedSegment(0, 5), plannedSegment(1, 5)] },
    { index: 1, input: 0, seekPts: 10, frames: 3, segments: [plannedSegment(2, 3)] },
  ],
};

const large = { name: 'large', timescale: 90_000, init: videoInit(320, 240) };
const small = { name: 'small', timescale: 90_000, init: videoInit(160, 120) };

/** What encoders give for {@link PLAN}. The sound is of 122 AAC frames, cut where the picture is. */
export const UNITS = {
  [chunkUnit(0)]: [
    { ...large, segments: [videoSegment(0, 5, 1000), videoSegment(1, 5, 2000)] },
    { ...small, segments: [videoSegment(0, 5, 500), videoSegment(1, 5, 400)] },
  ],
  [chunkUnit(1)]: [
    { ...large, segments: [videoSegment(2, 3, 600)] },
    { ...small, segments: [videoSegment(2, 3, 300)] },
  ],
  'audio-eng': [
    {
      name: 'audio-eng',
      timescale: 48_000,
      init: audioInit(),
      segments: [
        { index: 0, startTicks: -1024, samples: 46, ticksPerSample: 1024, sizeBytes: 1840 },
        { index: 1, startTicks: 45 * 1024, samples: 47, ticksPerSample: 1024, sizeBytes: 3760 },
        { index: 2, startTicks: 92 * 1024, samples: 29, ticksPerSample: 1024, sizeBytes: 1160 },
      ],
    },
  ],
} as const satisfies EncodedUnits;

/** Puts the plan and what its units committed into the store. */
export async function storeEncodedJob(store: ObjectStore, units: EncodedUnits = UNITS): Promise<void> {
  await store.put(storeKeys.plan(JOB_ID), JSON.stringify(PLAN));
  await storeUnits(store, units);
}

/** Puts what units committed into the store. */
export async function storeUnits(store: ObjectStore, units: EncodedUnits, generation = 0): Promise<void> {
  for (const [unit, renditions] of Object.entries(units)) {
    const record: CommitRecord = {
      jobId: JOB_ID,
      unit,
      generation,
      attemptId: `g${generation}-1-fixture`,
      temporalAttempt: 1,
      workerId: 'worker-a',
      encoderBuild: 'fake-1',
      startedAt: 1000,
      endedAt: 2000,
      frames: 0,
      renditions: await Promise.all(
        renditions.map((rendition) => storeRendition(store, rendition, generation)),
      ),
    };
    await store.put(storeKeys.commit(JOB_ID, unit, generation), JSON.stringify(record));
  }
}

async function storeRendition(
  store: ObjectStore,
  { name, timescale, init, segments }: RenditionShape,
  generation: number,
): Promise<EncodedRendition> {
  const path = initPath(name, generation);
  await store.put(storeKeys.outputFile(JOB_ID, path), init);
  const stored = segments.map((segment) => storeSegment(store, name, timescale, segment));
  return {
    name,
    timescale,
    init: { path, sizeBytes: init.length, sha256: sha256(init) },
    segments: await Promise.all(stored),
  };
}

async function storeSegment(
  store: ObjectStore,
  rendition: string,
  timescale: number,
  shape: SegmentShape,
): Promise<StoredSegment> {
  const bytes = segmentBytes(shape, PLAN.presentationOriginSeconds * timescale);
  const path = segmentPath(rendition, shape.index, sha256(bytes));
  await store.put(storeKeys.outputFile(JOB_ID, path), bytes);
  return {
    index: shape.index,
    path,
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    samples: shape.samples,
    startTicks: shape.startTicks,
    durationTicks: shape.samples * shape.ticksPerSample,
  };
}

/** A segment whose first sample is as large as the wanted size asks; the others are empty. */
function segmentBytes(shape: SegmentShape, originTicks: number): Buffer {
  const ofFirst = (firstBytes: number): Buffer =>
    writeSegment(
      Array.from({ length: shape.samples }, (_, position) => {
        const ticks = originTicks + shape.startTicks + position * shape.ticksPerSample;
        return {
          bytes: Buffer.alloc(position === 0 ? firstBytes : 0),
          decodeTicks: ticks,
          durationTicks: shape.ticksPerSample,
          presentationTicks: ticks,
          isSync: position === 0 && (shape.beginsWithKeyframe ?? true),
        };
      }),
      shape.index + 1,
    );
  return ofFirst(shape.sizeBytes - ofFirst(0).length);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function videoSegment(index: number, samples: number, sizeBytes: number): SegmentShape {
  return { index, startTicks: index * 90_000, samples, ticksPerSample: 18_000, sizeBytes };
}

function plannedSegment(index: number, frames: number): Plan['chunks'][number]['segments'][number] {
  const startTicks = index * 90_000;
  return { index, sourceStartPts: index * 5, startTicks, endTicks: startTicks + frames * 18_000, frames };
}
