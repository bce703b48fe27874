import { CancellationScope } from '@temporalio/workflow';
import { runInWindow, type Task } from './window.ts';

/**
 * Runs tasks, at most `limit` at once, in a scope of their own: the first failure cancels the others.
 *
 * @throws the first failure, when all others have ended
 */
export async function runTogether(tasks: readonly Task[], limit: number = tasks.length): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(() => runInWindow(tasks, limit, () => scope.cancel()));
}
