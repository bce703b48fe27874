import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a server of this machine and breaks connections. */
export interface CuttingProxy {
  readonly port: number;
  /** Bytes after which the answers to the next requests break off; those that follow are left alone. */
  cuts: number[];
  /** Requests so far; each must fit into one packet. */
  readonly requests: number;
  close(): Promise<void>;
}

/** Starts a proxy before `port` of this machine. Whoever starts it closes it. */
export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  let requests = 0;
  const server = createServer((client) => {
    let left = Infinity;
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (bytes: Buffer) => {
      requests++;
      left = proxy.cuts.shift() ?? Infinity;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      if (bytes.length < left) {
        left -= bytes.length;
        if (!client.write(bytes)) upstream.pause();
        return;
      }
      // In good order, as servers break off that are shut down: what has passed arrives.
      client.end(bytes.subarray(0, left));
      upstream.destroy();
    });
    client.on('drain', () => upstream.resume()).on('close', () => upstream.destroy());
    upstream.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CuttingProxy = {
    port: (server.address() as AddressInfo).port,
    cuts: [],
    get requests() {
      return requests;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
