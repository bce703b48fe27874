// How the set-up speaks: one line per step, on stderr, so that stdout belongs to the command alone.

/** A set-up step that failed, together with what a person can do instead. */
export class SetupError extends Error {
  /**
   * @param {string} message what failed, with its cause
   * @param {string} byHand the remedy, as an instruction
   */
  constructor(message, byHand) {
    super(`${message}\n  What to do: ${byHand}`);
    this.name = 'SetupError';
  }
}

/** Writes one line about the set-up. @param {string} line */
export function note(line) {
  process.stderr.write(`framefold: ${line}\n`);
}

/**
 * Runs one step and says afterwards what was done and how long it took.
 * @template T
 * @param {string} done the step in the past tense
 * @param {() => Promise<T>} action
 * @param {string} [announcement] printed before a step that takes long enough to worry about
 * @returns {Promise<T>}
 */
export async function step(done, action, announcement) {
  if (announcement !== undefined) note(announcement);
  const startedAt = performance.now();
  const result = await action();
  note(`${done} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
}

/** Ends the process after a failed set-up; a failure we did not foresee keeps its stack. @param {unknown} error */
export function exitWithSetupError(error) {
  if (error instanceof SetupError) note(`set-up failed: ${error.message}`);
  else console.error(error);
  process.exit(1);
}
