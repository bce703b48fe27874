import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Caller } from '../access/caller.ts';

/** What is known of a call. */
export interface Call {
  /** Once it is let in. */
  caller?: Caller;
  /** The HTTP status of the problem that it was refused with, for the metrics. */
  refusedWith?: number;
}

/** Where handlers find their call. */
export const CALL = createContextKey<Call>({}, { description: 'call' });

/** Who makes the call that a handler is for. */
export function callerOf({ values }: Pick<HandlerContext, 'values'>): Caller {
  const { caller } = values.get(CALL);
  if (caller === undefined) throw new Error('The call was not let in.');
  return caller;
}
