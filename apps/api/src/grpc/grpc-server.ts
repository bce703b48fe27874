import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { TlsMaterial } from '../start/tls-material.ts';
import { answerCalls, type AnswerDeps } from './answer-calls.ts';

/** Calls of one connection that run at once. */
const SETTINGS = { maxConcurrentStreams: 100 };

/** How often clients are asked whether they are still there, in ms; ten answers that are missing end a connection. */
const PING_MS = 15_000;

/** Time that running calls get to end, in ms, as requests of the HTTP API do. */
const PATIENCE_MS = 10_000;

/** Serves `framefold.v1.JobService` over HTTP/2. */
export class GrpcServer {
  readonly server: Http2Server | Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();

  /** @param tls what it speaks TLS with; without, it speaks plain HTTP/2 */
  constructor(deps: AnswerDeps, tls: TlsMaterial | undefined) {
    this.server =
      tls === undefined
        ? createServer({ settings: SETTINGS })
        : createSecureServer({ ...tls, settings: SETTINGS });
    this.server.on('session', (session) => this.#keep(session));
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.server.on(
      'request',
      answerCalls(deps, () => !this.server.listening),
    );
  }

  /** @throws when the port cannot be had */
  async listen(port: number, address: string): Promise<void> {
    this.server.listen(port, address);
    await once(this.server, 'listening');
  }

  /** Takes no new calls, lets the running ones end, and breaks off those that do not. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const session of this.#sessions) session.close();
    const insist = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, PATIENCE_MS);
    await closed.finally(() => clearTimeout(insist));
  }

  #keep(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    const beat = setInterval(() => {
      // It may be destroyed a while before it is closed, and throws then.
      if (session.destroyed) return;
      session.ping((error) => {
        if (error !== null) session.destroy();
      });
    }, PING_MS);
    session.once('close', () => {
      clearInterval(beat);
      this.#sessions.delete(session);
    });
  }
}
