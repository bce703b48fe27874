import { CancellationScope, defineSignal, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { CONTROLS_SIGNAL, type Controls } from '../contract/controls.ts';
import { applyControls } from './controls.ts';

const controlsSignal = defineSignal<[Controls]>(CONTROLS_SIGNAL);

// Of this workflow: every workflow has its own instance of this module.
const running = new Set<string>();

/** Notes a batch that has begun. */
export function childStarted(workflowId: string): void {
  running.add(workflowId);
}

/** Notes a batch that is over. */
export function childEnded(workflowId: string): void {
  running.delete(workflowId);
}

/** Tells all running batches. One that has just ended needs to know nothing. */
export async function tellChildren(controls: Controls): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    Promise.all(
      [...running].map((workflowId) =>
        getExternalWorkflowHandle(workflowId)
          .signal(controlsSignal, controls)
          .catch(() => undefined),
      ),
    ),
  );
}

/** Makes a batch do what its job's workflow says. */
export function followJob(): void {
  setHandler(controlsSignal, applyControls);
}
