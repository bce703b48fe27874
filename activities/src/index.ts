import type { Catalogue, ObjectStore } from '@framefold/platform';
import type { ControlActivities, EncodeActivities, MediaActivities } from '@framefold/workflows/contract';
import { isQueueServed } from './ask/is-queue-served.ts';
import { discard, type DiscardDeps } from './discard/discard.ts';
import { encodeAudio } from './encode-audio/encode-audio.ts';
import { encodeChunk } from './encode-chunk/encode-chunk.ts';
import type { EncodeDeps } from './encode-unit.ts';
import { withFailures } from './failures.ts';
import { extractSubtitles, type SubtitleDeps } from './extract-subtitles/extract-subtitles.ts';
import { ingestSource, type IngestDeps } from './ingest/ingest-source.ts';
import { measureQuality, type MeasureDeps } from './measure-quality/measure-quality.ts';
import { mergeOutput } from './merge/merge-output.ts';
import { deliverWebhook, type WebhookDeps } from './notify/deliver-webhook.ts';
import { planJob, type PlanDeps } from './plan/plan-job.ts';
import { probeSource, type ProbeDeps } from './probe/probe-source.ts';
import { publishRecord } from './record/publish-record.ts';
import { recordEvents } from './record/record-events.ts';
import { splitSource, type SplitDeps } from './split/split-source.ts';

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
export type ControlDeps = WebhookDeps & { readonly store: ObjectStore; readonly catalogue: Catalogue };

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

/** The activities of the control queue. */
export function createControlActivities(deps: ControlDeps): ControlActivities {
  return withFailures({
    recordEvents: recordEvents(deps),
    publishRecord: publishRecord(deps),
    isQueueServed: isQueueServed(deps),
    deliverWebhook: deliverWebhook(deps),
  });
}
