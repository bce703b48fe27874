import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Listens on the loopback interface, where nobody is to come. */
export interface Canary {
  readonly port: number;
  /** Connections so far. */
  readonly visits: () => number;
  close(): Promise<void>;
}

/** Starts a canary on every address of the machine, by IPv4 and, where there is that, by IPv6. */
export async function startCanary(): Promise<Canary> {
  let visits = 0;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    visits += 1;
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret');
  });
  // Without a host it is `::`, which takes IPv4 too, or `0.0.0.0`.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    visits: () => visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
