export { down, type DownOutcome } from './down.ts';
export { StackError, type StackErrorCode } from './stack-error.ts';
export { type ChildSpec, type StackConfig, type StackOptions, stackOptions } from './stack-options.ts';
export { type ChildState, readState, type StackState } from './stack-state.ts';
export { status, type StackStatus } from './status.ts';
export { ensureUp, type RunningStack, up, type UpOptions } from './up.ts';
