import { connect, createServer } from 'node:net';
import { StackError } from './stack-error.ts';

const host = '127.0.0.1';

/** Whether something accepts connections on a local port. */
export function portAccepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (accepts: boolean): void => {
      socket.destroy();
      resolve(accepts);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}

/**
 * Fails when a port is taken, before anything is started: a child's own message would be deep in its log.
 *
 * @throws {StackError} PORT_IN_USE
 */
export async function assertPortsFree(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (await portIsFree(port)) continue;
    const remedy =
      name === 'grpc'
        ? 'Set FRAMEFOLD_GRPC_PORT to another.'
        : 'Set FRAMEFOLD_PORT: the API listens there and the other ports follow it.';
    throw new StackError('PORT_IN_USE', `Port ${port} (${name}) is used by another program. ${remedy}`);
  }
}
