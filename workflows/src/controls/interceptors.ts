import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { TASK_QUEUES } from '../contract/queues.ts';
import { WORKFLOW_TYPES } from '../contract/workflows.ts';
import { childEnded, childStarted } from './children.ts';
import { isPaused, priorityNow, untilResumed } from './controls.ts';

/** Workflows that do a part of a job's work. */
const BATCHES: ReadonlySet<string> = new Set([WORKFLOW_TYPES.encodeBatch, WORKFLOW_TYPES.measureBatch]);

/**
 * Holds every step of a paused job back, and gives what it begins the priority that the job has by now. Steps of the
 * control queue go on: they record what happens.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        if (input.options.taskQueue === TASK_QUEUES.control) return next(input);
        // Without a detour where nothing is paused: the order of commands is what recorded histories have.
        if (!isPaused()) return next(withPriority(input));
        return untilResumed().then(() => next(withPriority(input)));
      },
      async startChildWorkflowExecution(input, next) {
        if (!BATCHES.has(input.workflowType)) return next(input);
        if (isPaused()) await untilResumed();
        const [started, ended] = await next(withPriority(input));
        const { workflowId } = input.options;
        childStarted(workflowId);
        const forget = (): void => childEnded(workflowId);
        ended.then(forget, forget);
        return [started, ended];
      },
    },
  ],
});

function withPriority<T extends { readonly options: object }>(input: T): T {
  const priority = priorityNow();
  return priority === undefined ? input : { ...input, options: { ...input.options, priority } };
}
