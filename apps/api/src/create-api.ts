import 'reflect-metadata';
import { fieldIssues } from '@framefold/domain';
import {
  type LoggerService,
  type NestApplicationOptions,
  StandardSchemaValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { z } from 'zod';
import { type ApiDeps, ApiModule } from './api.module.ts';
import { hostGuard } from './guard/host-guard.ts';
import { countRequests } from './health/count-requests.ts';
import { serveOpenApi } from './openapi/openapi.ts';
import { ProblemError } from './problem/problem-error.ts';
import { ProblemFilter } from './problem/problem-filter.ts';
import { securityHeaders } from './security-headers.ts';

/** The API as an application that does not listen yet. */
export async function createApi(
  deps: ApiDeps,
  logger: LoggerService | false,
): Promise<NestExpressApplication> {
  // Not aborting: the caller says what a failed start means.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class in name only
  const options: NestApplicationOptions = { bodyParser: false, logger, abortOnError: false };
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(deps), options);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(countRequests(deps.metrics));
  app.use(securityHeaders());
  app.use(hostGuard(deps.config.allowedHosts));
  app.useBodyParser('json', { limit: '1mb' });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: toProblem }));
  serveOpenApi(app);
  return app;
}

/** All schemas are Zod's, so the issues are too. */
function toProblem(issues: readonly unknown[]): ProblemError {
  const errors = fieldIssues(issues as readonly z.core.$ZodIssue[]);
  const paths = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new ProblemError('VALIDATION_FAILED', `The request is not valid: ${paths.join('; ')}.`, { errors });
}
