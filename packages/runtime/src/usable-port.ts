import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * `wanted`, or, where another program of this machine listens on it already, a port that is free.
 *
 * @param wanted port on 127.0.0.1
 */
export async function usablePort(wanted: number): Promise<number> {
  try {
    return await tryOut(wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return tryOut(0);
  }
}

async function tryOut(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: given } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return given;
}
