import type { Need } from '@framefold/domain';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Authenticator } from './authenticator.ts';
import { setCaller } from './caller.ts';
import { NEED, OPEN } from './scope.ts';

/** Lets a request through to a route when its caller may do what the route needs. A route that says nothing is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.get<Need | typeof OPEN | undefined>(NEED, context.getHandler());
    if (need === OPEN) return true;
    if (need === undefined) throw new Error(`${context.getHandler().name} says not what it needs.`);
    const request = context.switchToHttp().getRequest<Request>();
    setCaller(request, await this.authenticator.authorize(request, need));
    return true;
  }
}
