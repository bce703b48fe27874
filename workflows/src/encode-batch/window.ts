/** One piece of work of many. */
export type Task = () => Promise<void>;

/**
 * Runs tasks in order, at most `limit` at once. When one fails, no more are begun, `onFirstFailure` is called (to cancel
 * those that run), and the failure is thrown once all have come to rest: nothing still writes when the caller cleans up.
 */
export async function runInWindow(tasks: readonly Task[], limit: number, onFirstFailure: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined && failure === undefined; task = tasks[next++]) {
      try {
        await task();
      } catch (error) {
        if (failure === undefined) {
          failure = { error };
          onFirstFailure();
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, work));
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}
