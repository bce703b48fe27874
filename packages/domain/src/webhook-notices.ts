import type { MeasuredRendition, RecordedEvent } from './events.ts';
import type { JobFailure } from './failure.ts';
import { tenantOf, type JobFold } from './fold.ts';
import { shareEncoded } from './progress.ts';
import type { TranscodeRequest } from './request.ts';
import { ENDING_EVENTS, type JobWebhookEvent, type WebhookEvent } from './webhook-event.ts';

/**
 * How long the notice of an ending waits for the job's record to be published, in ms: who is told finds `job.json` and
 * `events.jsonl` beside the output. It goes out in any case then.
 */
const ENDING_HOLD_MS = 30_000;

/** Progress is told at each tenth of the encoding. */
const PROGRESS_STEPS = 10;

/** Sentences of failures are of any length; with this bound, in characters, a body stays below 64 KB. */
const MAX_MESSAGE = 2_000;

/** What some further events did to a job. */
export interface JobChange {
  readonly jobId: string;
  readonly before: JobFold;
  readonly recorded: readonly RecordedEvent[];
  /** After them. */
  readonly job: JobFold;
}

/** A webhook that is to be sent, as it was when its event happened. Times in ms since the epoch. */
export interface NewDelivery {
  /** The `webhook-id`: the same for the same event, however often it is derived or sent. */
  readonly id: string;
  readonly tenantId: string;
  /** Or that of the batch that it tells of. */
  readonly jobId: string;
  readonly url: string;
  readonly event: WebhookEvent;
  /** Position in the job's log of the event that it tells of: grows along the job's way. */
  readonly sequence: number;
  readonly body: string;
  readonly createdAt: number;
  /** Not to be sent before, unless it is released. */
  readonly startAt: number;
}

interface Notice {
  readonly id: string;
  readonly event: JobWebhookEvent;
  readonly sequence: number;
  readonly occurredAt: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The state of a job at an event. */
const STATUS = {
  'job.queued': 'pending',
  'job.started': 'probing',
  'job.progress': 'transcoding',
  'rendition.ready': 'merging',
  'job.completed': 'completed',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
} as const satisfies Record<JobWebhookEvent, string>;

/**
 * The webhooks that a change gives rise to, in their order: of the events that the request asks for, each with its body.
 *
 * @param publicBaseUrl where clients reach the API, without a slash at the end
 */
export function deliveriesOf(change: JobChange, publicBaseUrl: string): readonly NewDelivery[] {
  const { jobId, job } = change;
  if (job.request?.webhookUrl === undefined) return [];
  // Percent-encoded: no character that a database refuses.
  const url = new URL(job.request.webhookUrl).href;
  const metadata = metadataOf(job.request);
  const wanted = wantedEvents(job.request);
  const progress = wanted.includes('job.progress') ? progressNotice(change) : [];
  return [...change.recorded.flatMap((recorded) => noticeOf(recorded, publicBaseUrl)), ...progress]
    .filter(({ event }) => wanted.includes(event))
    .sort((a, b) => a.sequence - b.sequence)
    .map(({ id, event, sequence, occurredAt, details }) => ({
      id,
      tenantId: tenantOf(job),
      jobId,
      url,
      event,
      sequence,
      body: JSON.stringify({
        ...{ type: event, jobId, status: STATUS[event], sequence, occurredAt, ...details },
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      }),
      createdAt: occurredAt,
      startAt: isEnding(event) ? occurredAt + ENDING_HOLD_MS : occurredAt,
    }));
}

/** Requests that were recorded before there was a choice have the endings. */
function wantedEvents({
  webhookEvents = ENDING_EVENTS,
}: {
  readonly webhookEvents?: TranscodeRequest['webhookEvents'] | typeof ENDING_EVENTS;
}): readonly JobWebhookEvent[] {
  return webhookEvents;
}

/** Requests that were recorded before there was metadata have none. */
function metadataOf({ metadata = {} }: { readonly metadata?: TranscodeRequest['metadata'] }): object {
  return metadata;
}

function isEnding(event: JobWebhookEvent): boolean {
  return (ENDING_EVENTS as readonly JobWebhookEvent[]).includes(event);
}

/** Most events of the log are told nobody. */
function noticeOf({ jobId, position, event }: RecordedEvent, publicBaseUrl: string): readonly Notice[] {
  const notice = (type: JobWebhookEvent, details: Notice['details'] = {}): readonly Notice[] => [
    { id: `msg_${jobId}_${position}`, event: type, sequence: position, occurredAt: event.at, details },
  ];
  const completedAt = event.at;
  switch (event.type) {
    case 'JobSubmitted':
      return notice('job.queued');
    case 'ProbingStarted':
      return notice('job.started');
    case 'RenditionMerged':
      return notice('rendition.ready', { rendition: event.data.rendition satisfies MeasuredRendition });
    case 'JobCompleted': {
      const outputBaseUrl = `${publicBaseUrl}/media/${jobId}`;
      const manifestUrl = `${outputBaseUrl}/${event.data.output.master}`;
      return notice('job.completed', { outputBaseUrl, manifestUrl, completedAt });
    }
    case 'JobFailed':
      return notice('job.failed', { completedAt, failure: shortened(event.data.failure) });
    case 'JobCancelled':
      return notice('job.cancelled', { completedAt });
    default:
      return [];
  }
}

function shortened(failure: JobFailure): JobFailure {
  return { ...failure, message: failure.message.slice(0, MAX_MESSAGE) };
}

/**
 * The step of progress that a change has reached, at most one: the last where it has passed several. Its id is that of
 * the step, so that a job tells each once, also when a rendition is encoded again. Nothing once the job has ended.
 */
function progressNotice({ jobId, before, recorded, job }: JobChange): readonly Notice[] {
  if (job.state !== 'transcoding' && job.state !== 'merging') return [];
  const step = progressStep(job);
  const last = recorded.findLast(({ event: { type } }) => type === 'ChunkEncoded' || type === 'AudioEncoded');
  if (last === undefined || step <= progressStep(before)) return [];
  const percent = (100 * step) / PROGRESS_STEPS;
  return [
    {
      id: `msg_${jobId}_progress-${percent}`,
      event: 'job.progress',
      sequence: last.position,
      occurredAt: last.event.at,
      details: { percent },
    },
  ];
}

/** Whole steps of the encoding that are done. */
function progressStep(job: JobFold): number {
  // Shares of chunks do not add up to exactly one.
  return Math.floor(shareEncoded(job, []) * PROGRESS_STEPS + 1e-9);
}
