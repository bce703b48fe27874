import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/** Time that running requests get to end, in ms; a player may hold one for as long as it likes. */
const PATIENCE_MS = 10_000;

/** Takes no new requests, lets the running ones end, and breaks off those that do not. */
export async function closeHttp(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  const insist = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(insist);
  }
}
