import { once } from 'node:events';
import type { Response } from 'express';

/** A comment now and then shows proxies and clients that the connection is alive. */
const KEEP_ALIVE_MS = 15_000;

/** A message of https://html.spec.whatwg.org/multipage/server-sent-events.html; `data` is sent as JSON. */
export interface ServerSentEvent {
  readonly id?: number;
  /** Left out: `message`, which clients get without asking for it by name. */
  readonly event?: string;
  readonly data: unknown;
}

/** Sends messages as they come and no faster than the client takes them; ends the answer after the last one. */
export async function sendEvents(
  response: Response,
  messages: AsyncIterable<ServerSentEvent>,
): Promise<void> {
  response.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // nginx would collect messages until its buffer is full.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  try {
    for await (const message of messages) {
      if (response.destroyed) return;
      if (!response.write(toText(message))) await drained(response);
    }
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

/** Resolves when a response takes more, or never will; leaves no listener behind, however often it is waited for. */
async function drained(response: Response): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() =>
    over.abort(),
  );
}

function toText({ id, event, data }: ServerSentEvent): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${JSON.stringify(data)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}
