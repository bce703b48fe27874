import { afterAttempt, CodedError, errorOfAttempt, hasEnded, type DeliveryOutcome } from '@framefold/domain';
import {
  forbiddenReason,
  reasonOf,
  type Catalogue,
  type GuardedFetch,
  type StoredDelivery,
} from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { activityInfo } from '@temporalio/activity';
import { sign } from './sign.ts';

const HOUR_MS = 3_600_000;
const ANSWER_SECONDS = 10;

export interface DeliveryDeps {
  readonly catalogue: Catalogue;
  readonly fetch: GuardedFetch;
  readonly webhooks: {
    /** How long a delivery is tried. */
    readonly hours: number;
    /** How long an old secret signs beside its successor. */
    readonly overlapHours: number;
  };
}

/**
 * Makes one attempt to deliver a webhook and puts it on record. Anything but an answer of 2xx is a failure, redirects
 * included: a receiver must not be able to send the request on to somebody else. An attempt that is on record is not
 * made again; one whose process died before it could be recorded is, with the same `webhook-id`.
 */
export function attemptDelivery(deps: DeliveryDeps): ControlActivities['attemptDelivery'] {
  const { deliveries } = deps.catalogue;
  return async ({ deliveryId: id, run, attempt }) => {
    const delivery = await deliveries.find(id);
    if (delivery === undefined) return awaitRebuild(id, deps.webhooks.hours);
    // Somebody has sent it again: that is another workflow's now.
    if (delivery.run !== run) return { state: 'superseded' };
    if (delivery.attemptsOfRun >= attempt) {
      const { state, nextAttemptAt = 0 } = delivery;
      return state === 'pending' ? { state, waitMs: Math.max(0, nextAttemptAt - Date.now()) } : { state };
    }
    if (await isStale(delivery, deps.catalogue)) {
      await deliveries.skip({ id, run });
      return { state: 'skipped' };
    }
    const at = Date.now();
    const outcome = await send(delivery, deps);
    const now = Date.now();
    const next = afterAttempt({
      outcome,
      attempt,
      deadline: delivery.runBeganAt + deps.webhooks.hours * HOUR_MS,
      now,
      random: Math.random(),
    });
    const error = errorOfAttempt(outcome);
    await deliveries.recordAttempt(
      { id, run, attempt },
      {
        at,
        ...(outcome.kind === 'answered' ? { status: outcome.status } : {}),
        ...(error === undefined ? {} : { error }),
        durationMs: now - at,
      },
      next,
    );
    return next.state === 'pending'
      ? { state: next.state, waitMs: next.nextAttemptAt - now }
      : { state: next.state };
  };
}

/**
 * No delivery is ever removed: one that is not there was lost with the catalogue, and a rebuild brings it back. That is
 * waited for as long as a delivery is tried, from when this attempt was first due.
 *
 * @throws {CodedError} CATALOGUE_UNAVAILABLE until then
 */
function awaitRebuild(id: string, hours: number): { readonly state: 'failed' } {
  if (activityInfo().scheduledTimestampMs + hours * HOUR_MS <= Date.now()) return { state: 'failed' };
  throw new CodedError(
    'CATALOGUE_UNAVAILABLE',
    `The catalogue has lost the webhook ${id}: run framefold catalogue rebuild.`,
  );
}

/** Whether it tells progress of a job that has ended meanwhile. What somebody sends again by hand is sent. */
async function isStale({ event, run, jobId }: StoredDelivery, catalogue: Catalogue): Promise<boolean> {
  if (event !== 'job.progress' || run > 0) return false;
  const found = await catalogue.job(jobId);
  return found !== undefined && hasEnded(found.job.state);
}

/** @throws {CodedError} CATALOGUE_UNAVAILABLE */
async function send(delivery: StoredDelivery, deps: DeliveryDeps): Promise<DeliveryOutcome> {
  const { id, url, body, tenantId } = delivery;
  let headers: Readonly<Record<string, string>>;
  try {
    headers = await sign({ id, body, tenantId }, deps.catalogue.webhookSecrets, {
      at: Date.now(),
      overlapMs: deps.webhooks.overlapHours * HOUR_MS,
    });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    return { kind: 'unsigned', reason: reasonOf(error).sentence };
  }
  try {
    const answer = await deps.fetch(new URL(url), {
      method: 'POST',
      redirects: 0,
      answerSeconds: ANSWER_SECONDS,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    answer.body.destroy();
    return { kind: 'answered', status: answer.status };
  } catch (error) {
    const forbidden = forbiddenReason(error);
    if (forbidden !== undefined) return { kind: 'forbidden', reason: forbidden };
    const { code, sentence } = reasonOf(error);
    return { kind: 'unreachable', reason: code ?? sentence };
  }
}
