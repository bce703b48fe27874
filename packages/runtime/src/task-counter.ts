import type { WorkerReport } from '@framefold/domain';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

type CurrentTask = WorkerReport['currentTasks'][number];

/** Counts the activities of a worker process: those that run, and how the others ended. */
export class TaskCounter {
  private readonly running = new Set<CurrentTask>();
  completed = 0;
  failed = 0;

  /** What runs now. */
  get current(): CurrentTask[] {
    return [...this.running];
  }

  /** Runs a task and counts it. */
  async count<T>(task: CurrentTask, run: () => Promise<T>): Promise<T> {
    this.running.add(task);
    try {
      const result = await run();
      this.completed += 1;
      return result;
    } catch (error) {
      this.failed += 1;
      throw error;
    } finally {
      this.running.delete(task);
    }
  }

  /** Counts every activity of the Temporal workers that it is given to. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute: (input, next) =>
        this.count(
          {
            activity: info.activityType,
            workflowId: info.workflowExecution?.workflowId ?? '',
            attempt: info.attempt,
            startedAt: Date.now(),
          },
          () => next(input),
        ),
    },
  });
}
