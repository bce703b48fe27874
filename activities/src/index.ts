import type { Catalogue, ObjectStore } from '@framefold/platform';
import type { ControlActivities, EncodeActivities, MediaActivities } from '@framefold/workflows/contract';
import { isQueueServed } from './ask/is-queue-served.ts';
import { controlQueued, type ControlQueuedDeps } from './control-queued/control-queued.ts';
import { awaitBatch } from './batch/await-batch.ts';
import { cancelBatchJobs } from './batch/cancel-batch-jobs.ts';
import { concludeBatch } from './batch/conclude-batch.ts';
import type { BatchedJobs } from './batch/batched-jobs.ts';
import { submitBatchJobs } from './batch/submit-batch-jobs.ts';
import { discard, type DiscardDeps } from './discard/discard.ts';
import { encodeAudio } from './encode-audio/encode-audio.ts';
import { encodeChunk } from './encode-chunk/encode-chunk.ts';
import type { EncodeDeps } from './encode-unit.ts';
import { withFailures } from './failures.ts';
import { extractSubtitles, type SubtitleDeps } from './extract-subtitles/extract-subtitles.ts';
import { ingestSource, type IngestDeps } from './ingest/ingest-source.ts';
import { measureQuality, type MeasureDeps } from './measure-quality/measure-quality.ts';
import { mergeOutput } from './merge/merge-output.ts';
import { attemptDelivery, type DeliveryDeps } from './notify/attempt-delivery.ts';
import { deliverWebhook } from './notify/deliver-webhook.ts';
import { planJob, type PlanDeps } from './plan/plan-job.ts';
import { probeSource, type ProbeDeps } from './probe/probe-source.ts';
import { publishRecord } from './record/publish-record.ts';
import { recordEvents } from './record/record-events.ts';
import { splitSource, type SplitDeps } from './split/split-source.ts';

export { batchJobId } from './batch/batch-job-id.ts';
export { publishRecord } from './record/publish-record.ts';
export { recordAttempts } from './record/record-attempts.ts';
export type { BatchedJobs } from './batch/batched-jobs.ts';
export { concludeBatch } from './batch/conclude-batch.ts';
export { restoredBatch } from './batch/stored-batch.ts';
export { endDeliveries } from './notify/end-deliveries.ts';
export type { QueuedWork } from './control-queued/control-queued.ts';
export { workerReports } from './worker-reports.ts';
export type { EncodeDeps } from './encode-unit.ts';
export type { MeasureDeps } from './measure-quality/measure-quality.ts';

export type MediaDeps = IngestDeps &
  ProbeDeps &
  EncodeDeps &
  PlanDeps &
  DiscardDeps &
  SubtitleDeps &
  SplitDeps;
export type ControlDeps = DeliveryDeps &
  ControlQueuedDeps & {
    readonly store: ObjectStore;
    readonly catalogue: Catalogue;
    readonly jobs: BatchedJobs;
    /** Where clients reach the API, without a slash at the end. */
    readonly publicBaseUrl: string;
  };

/** The activities of the media queue. */
export function createMediaActivities(deps: MediaDeps): MediaActivities {
  return withFailures({
    ingestSource: ingestSource(deps),
    probeSource: probeSource(deps),
    planJob: planJob(deps),
    splitSource: splitSource(deps),
    encodeAudio: encodeAudio(deps),
    extractSubtitles: extractSubtitles(deps),
    mergeOutput: mergeOutput(deps),
    discard: discard(deps),
  });
}

/** The activities of the encode queues. */
export function createEncodeActivities(deps: EncodeDeps & MeasureDeps): EncodeActivities {
  return withFailures({ encodeChunk: encodeChunk(deps), measureQuality: measureQuality(deps) });
}

/**
 * The activities of the control queue. Without what they write, a job or batch would show for ever what it no longer is:
 * an unexpected error, which no file of a client's brings about, is tried again until it is mended.
 */
export function createControlActivities(deps: ControlDeps): ControlActivities {
  return withFailures(
    {
      recordEvents: recordEvents(deps),
      publishRecord: publishRecord(deps),
      isQueueServed: isQueueServed(deps),
      controlQueued: controlQueued(deps),
      submitBatchJobs: submitBatchJobs(deps),
      awaitBatch: awaitBatch(deps),
      cancelBatchJobs: cancelBatchJobs(deps),
      concludeBatch: concludeBatch(deps),
      attemptDelivery: attemptDelivery(deps),
      deliverWebhook: deliverWebhook(deps),
    },
    Infinity,
  );
}
