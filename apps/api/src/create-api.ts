import 'reflect-metadata';
import type { Server } from 'node:http';
import { fieldIssues } from '@framefold/domain';
import {
  type LoggerService,
  type NestApplicationOptions,
  StandardSchemaValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { z } from 'zod';
import { AdmitRequest, admitRequests } from './access/admit-request.ts';
import { crossOrigin } from './access/cross-origin.ts';
import { requireSafeTransport } from './access/safe-transport.ts';
import { type ApiDeps, ApiModule } from './api.module.ts';
import { hostGuard } from './guard/host-guard.ts';
import { countRequests } from './health/count-requests.ts';
import { serveOpenApi } from './openapi/openapi.ts';
import { answerOptions } from './problem/allowed-methods.ts';
import type { ProblemError } from './problem/problem-error.ts';
import { ProblemFilter } from './problem/problem-filter.ts';
import { validationProblem } from './problem/validation-problem.ts';
import { securityHeaders } from './security-headers.ts';
import { answerBadHeaders } from './start/answer-bad-headers.ts';
import { refuseWhenStopping } from './start/close-http.ts';
import type { TlsMaterial } from './start/tls-material.ts';
import { overrideMethod } from './uploads/override-method.ts';

/** Time that the headers of a request may take, in ms: whoever sends them by the byte holds no connection. */
const HEADERS_TIMEOUT_MS = 15_000;

/** How often requests are held against these times, in ms: by default Node looks every 30 s. */
const TIMEOUT_CHECK_MS = 2_000;

/** Time that a whole request may take, in ms: the upload of a large file by a slow line. */
const REQUEST_TIMEOUT_MS = 6 * 3_600_000;

/**
 * The API as an application that does not listen yet.
 *
 * @param tls what it speaks TLS with; without, it speaks plain HTTP
 */
export async function createApi(
  deps: ApiDeps,
  logger: LoggerService | false,
  tls?: TlsMaterial,
): Promise<NestExpressApplication> {
  const { config, metrics } = deps;
  const { proxies, corsOrigins } = config.listen;
  // Not aborting: the caller says what a failed start means.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class in name only
  const options: NestApplicationOptions = { bodyParser: false, logger, abortOnError: false };
  if (tls !== undefined) options.httpsOptions = tls;
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(deps), options);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', proxies);
  const server: Server = app.getHttpServer();
  Object.assign(server, {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // An option of createServer, which Nest calls; it is read when the server listens.
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  });
  answerBadHeaders(server);
  app.use(refuseWhenStopping(server));
  app.use(overrideMethod);
  app.use(countRequests(metrics));
  app.use(securityHeaders(config.listen.tls));
  app.use(requireSafeTransport(config.listen));
  app.use(hostGuard([...config.allowedHosts, new URL(config.listen.url).host], corsOrigins));
  app.enableCors(crossOrigin(corsOrigins));
  app.use(answerOptions);
  app.use(admitRequests(app.get(AdmitRequest)));
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: toProblem }));
  serveOpenApi(app, config.keysRequired);
  return app;
}

/** All schemas are Zod's, so the issues are too. */
function toProblem(issues: readonly unknown[]): ProblemError {
  return validationProblem(fieldIssues(issues as readonly z.core.$ZodIssue[]));
}
