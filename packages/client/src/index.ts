export type { ManifestText } from './batches.ts';
export {
  hasEnded,
  type FollowOptions,
  type JobEvent,
  type JobMessage,
  type JobProgress,
} from './follow-job.ts';
export { FramefoldClient } from './framefold-client.ts';
export { errorOfSilence, FramefoldError, type FieldProblem } from './framefold-error.ts';
export type { FramefoldOptions, RawRequest } from './http.ts';
export type { CallOptions } from './operation.ts';
export type * from './shapes.ts';
