import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { FailureCode } from '@framefold/domain';
import type { Hook } from './fake-world.ts';
import type { LabBatch, LabJob } from './workflow-lab.ts';

/** A fault as the activity boundary throws it when the server must not try again. */
export const finalFault = (code: FailureCode): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`Sentence of ${code}.`, code);

/** A platform fault as the activity boundary throws it. */
export const platformFault = (code: FailureCode = 'STORE_UNAVAILABLE'): ApplicationFailure =>
  ApplicationFailure.retryable(`Sentence of ${code}.`, code);

/** Throws on the first `times` calls. */
export const failing =
  (make: () => Error, times = Infinity): Hook =>
  (call) => {
    if (call <= times) throw make();
  };

/** Holds an activity, with heartbeats, until Temporal cancels it. */
export function heldUntilCancelled(): { readonly hook: Hook; readonly reached: Promise<void> } {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const hook: Hook = async () => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 50);
    reach();
    await context.cancelled.finally(() => clearInterval(beat));
  };
  return { hook, reached };
}

/** Holds an activity until the test opens the gate; it hears of no cancel. */
export function gated(): { readonly hook: Hook; readonly reached: Promise<void>; readonly open: () => void } {
  let reach = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const hook: Hook = async () => {
    reach();
    await opened;
  };
  return { hook, reached, open: () => open() };
}

/** What Temporal says of a job's or batch's workflow when it is over. */
export async function outcome({ handle }: LabBatch | LabJob): Promise<{ status: string; cause?: Error }> {
  try {
    await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError) || error.cause === undefined) throw error;
    return { status: (await handle.describe()).status.name, cause: error.cause };
  }
  return { status: (await handle.describe()).status.name };
}
