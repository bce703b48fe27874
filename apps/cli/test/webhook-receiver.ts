import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { close, listen } from './breaking-server.ts';

/** A request that the receiver was sent. */
export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver does with the nth request, from 1. */
export type Behaviour = (count: number, response: ServerResponse) => void;

/** An HTTP server on loopback that takes webhooks. */
export interface WebhookReceiver {
  readonly origin: string;
  /** In the order of their arrival. */
  readonly received: readonly ReceivedWebhook[];
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function receiveWebhooks(
  behave: Behaviour = (_, response) => void response.writeHead(204).end(),
): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      behave(received.length, response);
    });
  });
  return { origin: await listen(server), received, close: () => close(server) };
}

/**
 * The body of a webhook, if its signature holds.
 *
 * @throws when it does not
 */
export function verified({ headers, body }: ReceivedWebhook, secret: string): Record<string, unknown> {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as Record<string, unknown>;
}
