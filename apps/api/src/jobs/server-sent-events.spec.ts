import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Response } from 'express';
import { sendEvents, type ServerSentEvent } from './server-sent-events.ts';

/** More than a connection takes at once: the sender waits for the client behind every message. */
const LARGE = 'x'.repeat(1_000_000);

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** Sends messages to whoever asks; returns the address. */
async function serve(messages: (response: Response) => AsyncIterable<ServerSentEvent>): Promise<string> {
  const app = new ExpressAdapter().getInstance<Express>();
  app.get('/', (_, response) => void sendEvents(response, messages(response)));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('sendEvents', () => {
  it('leaves nothing behind on a connection that it has waited for', async () => {
    const listening: number[] = [];
    const url = await serve(async function* (response) {
      for (let sent = 0; sent < 20; sent++) {
        listening.push(response.listenerCount('close') + response.listenerCount('error'));
        yield { data: LARGE };
      }
    });
    const text = await (await fetch(url)).text();
    expect(text.length).toBeGreaterThan(20 * LARGE.length);
    expect(listening).toEqual(Array.from({ length: 20 }, () => listening[0]));
  });

  it('ends when the client leaves while it waits', async () => {
    let ended: () => void = () => undefined;
    const hasEnded = new Promise<void>((resolve) => (ended = resolve));
    const url = await serve(async function* () {
      try {
        for (;;) yield { data: LARGE };
      } finally {
        ended();
      }
    });
    const client = new AbortController();
    await fetch(url, { signal: client.signal });
    client.abort();
    await hasEnded;
  });
});
