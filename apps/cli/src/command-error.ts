/** An expected fault that ends the command with exit code 1: what happened and what to do about it. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  constructor(
    /** Stable, in capitals; a job's failure code where a job failed. */
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line asks for something that can't be; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Code, sentence and hint as lines; the same words wherever a failure is shown. */
export function faultLines({
  code,
  message,
  hint,
}: {
  code: string;
  message: string;
  hint?: string | undefined;
}): string[] {
  return [`${code}: ${message}`, ...(hint === undefined ? [] : [`Hint: ${hint}`])];
}
