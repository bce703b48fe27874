import { z } from 'zod';
import { WebhookEvent } from './webhook-event.ts';

/** Pause after the first attempt, in ms; it doubles with each further one, up to an hour. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** The receiver says that nobody wants these any more (https://www.standardwebhooks.com, "Disabling endpoints"). */
const GONE = 410;

/**
 * - pending: it was not sent yet, or is sent again
 * - delivered: the receiver answered 2xx
 * - failed: given up
 * - skipped: progress that was not delivered before its job ended, and is no news any more
 */
export const DeliveryState = z.enum(['pending', 'delivered', 'failed', 'skipped']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One try to deliver a webhook. */
export const DeliveryAttempt = z.object({
  at: z.number().int(),
  status: z.number().int().optional().describe('Of the answer; absent when none came'),
  error: z.string().optional().describe('Why it did not deliver'),
  durationMs: z.number().int().nonnegative(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** A webhook and how its delivery goes. Times in ms since the epoch. */
export const Delivery = z.object({
  id: z.string().describe('The webhook-id header'),
  jobId: z.string().describe('Of a batch.* event: the id of the batch'),
  event: WebhookEvent,
  sequence: z.number().int(),
  url: z.string(),
  state: DeliveryState,
  createdAt: z.number().int(),
  nextAttemptAt: z.number().int().optional().describe('While it is pending, after a first attempt'),
  attempts: z.array(DeliveryAttempt),
});
export type Delivery = z.infer<typeof Delivery>;

/** What came of an attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  /** No answer came in time. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** No secret that can sign it; nothing was sent. */
  | { readonly kind: 'unsigned'; readonly reason: string }
  /** The address must not be reached. */
  | { readonly kind: 'forbidden'; readonly reason: string };

/** What follows on an attempt. */
export type NextStep =
  { readonly state: 'delivered' | 'failed' } | { readonly state: 'pending'; readonly nextAttemptAt: number };

/** Where a delivery stands after an attempt. */
export interface AttemptMade {
  readonly outcome: DeliveryOutcome;
  /** Which attempt of this run it was, from 1. */
  readonly attempt: number;
  /** No attempt begins later, ms since the epoch. */
  readonly deadline: number;
  /** ms since the epoch. */
  readonly now: number;
  /** From 0 to 1, by chance: receivers that were down are not asked for everything at once. */
  readonly random: number;
}

/** Whether a webhook is delivered, given up, or tried again, and when. */
export function afterAttempt({ outcome, attempt, deadline, now, random }: AttemptMade): NextStep {
  if (outcome.kind === 'answered' && isSuccess(outcome.status)) return { state: 'delivered' };
  if (outcome.kind === 'forbidden') return { state: 'failed' };
  if (outcome.kind === 'answered' && outcome.status === GONE) return { state: 'failed' };
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  // Half of the pause is sure, half is chance.
  const nextAttemptAt = Math.round(now + pauseMs * (0.5 + random / 2));
  return nextAttemptAt > deadline ? { state: 'failed' } : { state: 'pending', nextAttemptAt };
}

/** Why an attempt did not deliver, in a sentence; undefined for one that did. */
export function errorOfAttempt(outcome: DeliveryOutcome): string | undefined {
  switch (outcome.kind) {
    case 'forbidden':
      return `The address is not allowed: ${outcome.reason}`;
    case 'unsigned':
      return `The webhook could not be signed, rotate the secret: ${outcome.reason}`;
    case 'unreachable':
      return `No answer came: ${outcome.reason}`;
    case 'answered':
      if (isSuccess(outcome.status)) return undefined;
      return isRedirect(outcome.status)
        ? `The receiver answered ${outcome.status}; redirects are not followed.`
        : `The receiver answered ${outcome.status}.`;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}
