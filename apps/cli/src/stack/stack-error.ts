/** Why the stack could not do what was asked; stable, for callers and scripts. */
export type StackErrorCode = 'STACK_ALREADY_RUNNING' | 'STACK_START_FAILED' | 'PORT_IN_USE' | 'TOOL_MISSING';

/** A failure of the embedded stack. The message names the cause and the remedy. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
