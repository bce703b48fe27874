import type { JobEvent, JobFold } from '@framefold/domain';
import type { Metrics } from './metrics.ts';

/**
 * Counts what happened to a job. Called once for each recorded event, so that an event which is appended again is not
 * counted twice.
 *
 * @param job the job after the events
 */
export function countEvents(metrics: Metrics, events: readonly JobEvent[], job: JobFold): void {
  for (const event of events) countEvent(metrics, event, job);
}

function countEvent(metrics: Metrics, event: JobEvent, job: JobFold): void {
  switch (event.type) {
    case 'SourceProbed':
      metrics.sourceSeconds.inc(event.data.source.durationSeconds);
      return;
    case 'ChunkEncoded': {
      const { chunkIndex, result, rendition } = event.data;
      const segments = job.plan?.chunks[chunkIndex]?.segments ?? 0;
      const all = job.plan?.renditions.map(({ name }) => name) ?? [];
      for (const name of rendition === undefined ? all : [rendition]) {
        metrics.segmentsEncoded.inc({ rendition: name }, segments);
      }
      metrics.chunkEncode.observe(result.encodeSeconds);
      metrics.encodeSpeed.observe(result.mediaSeconds / Math.max(result.encodeSeconds, 0.001));
      metrics.encodeAttempts.inc({ outcome: 'committed' });
      metrics.encodeAttempts.inc({ outcome: 'repeated' }, result.temporalAttempt - 1);
      return;
    }
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobCancelled':
      metrics.jobs.inc({ status: job.state });
      metrics.jobDuration.observe({ status: job.state }, (event.at - (job.createdAt ?? event.at)) / 1000);
      return;
    default:
      return;
  }
}
