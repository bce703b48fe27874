/** One piece of work of many. */
export type Task = () => Promise<void>;

/**
 * Runs tasks in order, at most `limit` at once. When one fails, no more are begun, `onFirstFailure` is called (to cancel
 * those that run), and the failure is thrown once all have come to rest: nothing still writes when the caller cleans up.
 */
export async function runInWindow(
  tasks: readonly Task[],
  limit: number,
  onFirstFailure: () => void,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined && failures.length === 0; task = tasks[next++]) {
      try {
        await task();
      } catch (error) {
        if (failures.push(error) === 1) onFirstFailure();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, work));
  if (failures.length > 0) throw failures[0];
}
