import type { Principal, Tenant } from '@framefold/domain';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Who calls, and the tenant that the call is about: the principal's own, or the one that an operator named. */
export interface Caller extends Principal {
  readonly tenant: Tenant;
}

const callers = new WeakMap<Request, Caller>();

/** Notes who makes a request; the guard does, once it has let the request in. */
export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** Who makes a request that the guard has let in. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('An open route has no caller.');
  return caller;
}

/** The parameter of a handler that gets its {@link Caller}. */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
