import { CommitRecord, summarise, UnitResult } from './encode-record.ts';

const segment = (
  index: number,
  durationTicks: number,
  sizeBytes: number,
): CommitRecord['renditions'][0]['segments'][0] => ({
  index,
  path: `720p/segment0000${index}-0000000000.m4s`,
  sizeBytes,
  sha256: '0'.repeat(64),
  samples: 144,
  startTicks: index * 540_000,
  durationTicks,
});

const record: CommitRecord = {
  jobId: 'j1',
  unit: 'chunk-00000',
  generation: 0,
  attemptId: 'a1',
  temporalAttempt: 2,
  workerId: 'worker-a',
  encoderBuild: 'ffmpeg-9',
  startedAt: 10_000,
  endedAt: 14_500,
  frames: 288,
  renditions: ['720p', '480p'].map((name) => ({
    name,
    timescale: 90_000,
    init: { path: `${name}/init.mp4`, sizeBytes: 800, sha256: '1'.repeat(64) },
    segments: [segment(0, 540_000, 1000), segment(1, 270_000, 500)],
  })),
};

describe('summarise', () => {
  it('counts media time once and bytes of all renditions', () => {
    const result = summarise(CommitRecord.parse(record));
    expect(UnitResult.parse(result)).toEqual({
      unit: 'chunk-00000',
      temporalAttempt: 2,
      workerId: 'worker-a',
      frames: 288,
      encodeSeconds: 4.5,
      mediaSeconds: 9,
      sizeBytes: 3000,
    });
  });

  it('tells what was measured and fetched, where anything was', () => {
    const usage = { cpuSeconds: 3, peakMemoryBytes: 7, peakDiskBytes: 5 };
    expect(summarise({ ...record, usage, fetchedBytes: 900 })).toMatchObject({
      cpuSeconds: 3,
      peakMemoryBytes: 7,
      fetchedBytes: 900,
    });
  });
});

describe('CommitRecord', () => {
  it('refuses a record without a rendition', () => {
    expect(CommitRecord.safeParse({ ...record, renditions: [] }).success).toBe(false);
  });
});
