import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import bodyParser from 'body-parser';
import type { Request, RequestHandler, Response } from 'express';
import { finalize, type Observable } from 'rxjs';
import { callerOf } from '../access/caller.ts';
import { ProblemError } from '../problem/problem-error.ts';

/** Under which metadata a handler says that it takes manifests. */
const MANIFEST = 'framefold:manifest';

/** Bytes of the largest manifest: 10,000 jobs of 3 kB. */
const MANIFEST_LIMIT = '32mb';

/** Manifests of a tenant that this process has in memory at a time. */
const MOST_MANIFESTS = 4;

const JSON_BODY = [bodyParser.json({ limit: '1mb' })];
const MANIFEST_BODY = [
  bodyParser.json({ limit: MANIFEST_LIMIT }),
  bodyParser.text({ type: 'text/csv', limit: MANIFEST_LIMIT }),
];

/** A route that takes manifests of batches, JSON as a value and CSV as text: they may be larger than any other body. */
export function TakesManifest(): MethodDecorator {
  return SetMetadata(MANIFEST, true);
}

/** Reads the body of a request once the guard has let its sender in: strangers fill no memory. */
@Injectable()
export class ReadBody implements NestInterceptor {
  /** How long a body may take, in ms. */
  limitMs = 120_000;

  readonly #manifests = new Map<string, number>();

  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    if (this.reflector.get<true | undefined>(MANIFEST, context.getHandler()) !== true) {
      await this.#read(JSON_BODY, request, response);
      return next.handle();
    }
    const letGo = this.#hold(callerOf(request).tenantId);
    try {
      await this.#read(MANIFEST_BODY, request, response);
      return next.handle().pipe(finalize(letGo));
    } catch (error) {
      letGo();
      throw error;
    }
  }

  /** @throws {ProblemError} RATE_LIMITED */
  #hold(tenantId: string): () => void {
    const held = this.#manifests.get(tenantId) ?? 0;
    if (held >= MOST_MANIFESTS) {
      const headers = { 'Retry-After': '1', Connection: 'close' };
      throw new ProblemError('RATE_LIMITED', `${held} manifests of the tenant are being read.`, { headers });
    }
    this.#manifests.set(tenantId, held + 1);
    return () => {
      const left = (this.#manifests.get(tenantId) ?? 1) - 1;
      if (left === 0) this.#manifests.delete(tenantId);
      else this.#manifests.set(tenantId, left);
    };
  }

  /** @throws {ProblemError} BODY_STALLED; what the parsers refuse */
  async #read(parsers: readonly RequestHandler[], request: Request, response: Response): Promise<void> {
    const over = new AbortController();
    const parse = async (): Promise<void> => {
      for (const parser of parsers) await promisify(parser)(request, response);
    };
    const stall = async (): Promise<never> => {
      await delay(this.limitMs, undefined, { signal: over.signal });
      // The rest would still be read.
      const headers = { Connection: 'close' };
      const limit = `The body was not there after ${this.limitMs / 1000} s.`;
      throw new ProblemError('BODY_STALLED', limit, { headers });
    };
    await Promise.race([parse(), stall()]).finally(() => over.abort());
  }
}
