import { foldAll, type JobEvent } from '@framefold/domain';
import { countEvents } from './count-events.ts';
import { createMetrics } from './metrics.ts';

const LOG: JobEvent[] = [
  {
    type: 'JobSubmitted',
    at: 1_000,
    data: {
      request: {
        sourceUrl: 'file:///a.mp4',
        userId: 'u',
        priority: 5,
        queue: 'default',
        engine: 'auto',
        acceleration: 'software',
        ladder: 'hls-default',
        audio: { codec: 'aac', bitrateKbps: 128, channels: 'stereo' },
        append: [],
        segmentSeconds: 6,
        resourceLimits: {},
        qualityReport: false,
        labels: [],
      },
    },
  },
  { type: 'ProbingStarted', at: 2_000, data: {} },
  { type: 'JobCancelled', at: 8_500, data: { reason: 'by request' } },
];

it('counts a job that ended, and how long it took', async () => {
  const metrics = createMetrics();
  countEvents(metrics, LOG, foldAll(LOG));
  const text = await metrics.registry.metrics();
  expect(text).toContain('framefold_jobs_total{status="cancelled"} 1');
  expect(text).toContain('framefold_job_duration_seconds_sum{status="cancelled"} 7.5');
});

it('counts an encoded chunk at each rendition, and the attempts before it', async () => {
  const metrics = createMetrics();
  const rendition = {
    width: 2,
    height: 2,
    codec: 'h264',
    encoder: 'libx264',
    preset: 'fast',
    crf: 22,
    maxrateKbps: 1,
    bufsizeKbps: 2,
  } as const;
  const job = foldAll([
    ...LOG.slice(0, 2),
    {
      type: 'PlanFrozen',
      at: 3_000,
      data: {
        planVersion: 1,
        planKey: 'p',
        renditions: [
          { ...rendition, name: 'a' },
          { ...rendition, name: 'b' },
        ],
        audio: [],
        subtitles: [],
        segments: 3,
        chunks: [{ frames: 10, segments: 3 }],
        frames: 10,
        durationSeconds: 12,
      },
    },
  ]);
  const result = {
    unit: 'chunk-00000',
    temporalAttempt: 3,
    workerId: 'w',
    frames: 10,
    encodeSeconds: 4,
    mediaSeconds: 12,
    sizeBytes: 1,
  };
  countEvents(metrics, [{ type: 'ChunkEncoded', at: 4_000, data: { chunkIndex: 0, result } }], job);
  const text = await metrics.registry.metrics();
  expect(text).toContain('framefold_segments_encoded_total{rendition="b"} 3');
  expect(text).toContain('framefold_encode_attempts_total{outcome="repeated"} 2');
  expect(text).toContain('framefold_encode_speed_ratio_sum 3');

  const alone = { chunkIndex: 0, rendition: 'b', result };
  countEvents(metrics, [{ type: 'ChunkEncoded', at: 4_000, data: alone }], job);
  const later = await metrics.registry.metrics();
  expect(later).toContain('framefold_segments_encoded_total{rendition="a"} 3');
  expect(later).toContain('framefold_segments_encoded_total{rendition="b"} 6');
});
