import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; the last of several stays. */
export type Answering = (response: ServerResponse, asked: Asked) => void;

/** An HTTP server on a free port of this machine that says what it is told to. */
export interface ScriptedServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** @param script answers to successive requests; the last one stays */
export async function startServer(...script: [Answering, ...Answering[]]): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const answering = script[Math.min(asked.length, script.length - 1)]!;
    const question = { method, url, headers, body: '' };
    asked.push(question);
    question.body = await text(request);
    answering(response, question);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answering =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Breaks the connection instead of an answer. */
export const silence: Answering = (response) => response.destroy();

/** Takes the request and never answers. */
export const stall: Answering = () => undefined;
