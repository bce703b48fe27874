import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on loopback for one file, whose first answer breaks off in the middle. */
export interface BreakingServer {
  readonly url: string;
  /** First byte asked for by each request. */
  readonly starts: readonly number[];
  close(): Promise<void>;
}

/** Serves `file` with ranges (RFC 9110, section 14); the first connection is cut after half of it. */
export async function serveBreakingOnce(file: string): Promise<BreakingServer> {
  const content = await readFile(file);
  const starts: number[] = [];
  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    starts.push(start);
    response.writeHead(start === 0 ? 200 : 206, {
      'content-type': 'video/mp4',
      'content-length': content.length - start,
      'accept-ranges': 'bytes',
      etag: '"one-and-only"',
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    if (starts.length > 1) return void response.end(content.subarray(start));
    response.write(content.subarray(0, content.length / 2), () => response.destroy());
  });
  const origin = await listen(server);
  return { url: `${origin}/video.mp4`, starts, close: () => close(server) };
}

/** Listens on a free port of the loopback interface and returns the origin. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops a server, and whoever is still connected to it. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
