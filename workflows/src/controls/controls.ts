import { toPriorityKey } from '@framefold/domain';
import type { Priority } from '@temporalio/common';
import { CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
import { tending } from '../activities.ts';
import type { Controls } from '../contract/controls.ts';
import { toFault } from '../faults.ts';

// Of this workflow: every workflow has its own instance of this module.
let current: Controls = { paused: false };
let applying: Promise<void> = Promise.resolve();

/** Whether nothing more is to be begun. */
export function isPaused(): boolean {
  return current.paused;
}

/** Lets go what ends a job: nothing of that is held back. */
export function endPause(): void {
  current = { ...current, paused: false };
}

/** Resolves when work may be begun. */
export async function untilResumed(): Promise<void> {
  await condition(() => !current.paused);
}

/** The priority of what is begun from now on; undefined: what it inherits. */
export function priorityNow(): Priority | undefined {
  return current.priority === undefined ? undefined : { priorityKey: toPriorityKey(current.priority) };
}

/**
 * Applies controls to this workflow: at once to what it begins, and to its activities that wait in a queue as soon as
 * the server has been told. Of several changes the last one holds.
 */
export async function applyControls(changes: Partial<Controls>): Promise<void> {
  current = { ...current, ...changes };
  applying = applying.then(() => CancellationScope.nonCancellable(() => tend()));
  await applying;
}

/** Work that could not be told is begun or held late, no more: that must not fail the job. */
async function tend(): Promise<void> {
  try {
    await tending.controlQueued({ workflowId: workflowInfo().workflowId, ...current });
  } catch (error) {
    log.error('queued work was not told', { ...toFault(error) });
  }
}
