import { foldAll } from '@framefold/domain';
import { event, EXAMPLES, frozenPlan, unitResult } from '@framefold/domain/testing';
import { countEvents } from './count-events.ts';
import { createMetrics } from './metrics.ts';

const LOG = [
  event('JobSubmitted', 1_000, EXAMPLES.JobSubmitted),
  event('ProbingStarted', 2_000, {}),
  event('JobCancelled', 8_500, { reason: 'by request' }),
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
  const job = foldAll([
    ...LOG.slice(0, 2),
    event('PlanFrozen', 3_000, { ...frozenPlan(), chunks: [{ frames: 10, segments: 3 }] }),
  ]);
  const result = unitResult('chunk-00000', { temporalAttempt: 3, encodeSeconds: 4, mediaSeconds: 12 });
  countEvents(metrics, [event('ChunkEncoded', 4_000, { chunkIndex: 0, result })], job);
  const text = await metrics.registry.metrics();
  expect(text).toContain('framefold_segments_encoded_total{rendition="480p"} 3');
  expect(text).toContain('framefold_encode_attempts_total{outcome="repeated"} 2');
  expect(text).toContain('framefold_encode_speed_ratio_sum 3');

  const alone = { chunkIndex: 0, rendition: '480p', result };
  countEvents(metrics, [event('ChunkEncoded', 4_000, alone)], job);
  const later = await metrics.registry.metrics();
  expect(later).toContain('framefold_segments_encoded_total{rendition="720p"} 3');
  expect(later).toContain('framefold_segments_encoded_total{rendition="480p"} 6');
});
