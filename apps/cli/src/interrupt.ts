import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** Why work was broken off: a person pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs work that a Ctrl-C tells, by the signal, to come to an end. A second one does not wait for that.
 *
 * @param work resolves with the exit code; may reject with the signal's reason
 */
export async function interruptible(
  io: Io,
  work: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const controller = new AbortController();
  let release: () => void = () => undefined;
  const impatience = new Promise<ExitCode>((resolve) => {
    release = io.onInterrupt(() => {
      if (controller.signal.aborted) resolve(EXIT.cancelled);
      else controller.abort(new Interrupted('interrupted'));
    });
  });
  try {
    return await Promise.race([work(controller.signal), impatience]);
  } catch (error) {
    if (controller.signal.aborted && isAbort(error)) return EXIT.cancelled;
    throw error;
  } finally {
    release();
  }
}

/** Whether an error only says that the signal was given; timers wrap the reason in an AbortError of their own. */
export function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error as { name?: unknown } | undefined)?.name === 'AbortError';
}
