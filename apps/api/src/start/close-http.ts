import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { ProblemError } from '../problem/problem-error.ts';

/** Time that running requests get to end, in ms; a player may hold one for as long as it likes. */
const PATIENCE_MS = 10_000;

/** How often connections are closed that have nothing more to do, in ms. */
const SWEEP_MS = 50;

/** Takes no new requests, lets the running ones end, and breaks off those that do not. */
export async function closeHttp(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  const insist = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(insist);
    clearInterval(sweep);
  }
}

/** Refuses what comes on connections that are still there when the server has begun to close. */
export function refuseWhenStopping(server: Server) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (server.listening) return next();
    response.setHeader('Connection', 'close');
    next(new ProblemError('NOT_READY', 'The service is being stopped.'));
  };
}
