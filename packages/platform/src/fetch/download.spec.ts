import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadTo, type DownloadOptions } from './download.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { serveLocally, type LocalServer } from './local-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));

describe('downloadTo', () => {
  let folder: string;
  let file: string;
  let server: LocalServer;
  let ranges: (string | undefined)[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-download-'));
    file = join(folder, 'source');
    ranges = [];
    answer = whole;
    server = await serveLocally((request, response) => {
      ranges.push(request.headers.range);
      answer(request, response);
    });
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  const download = (options: Partial<DownloadOptions> = {}, url = server.url('/film.mp4')): Promise<number> =>
    downloadTo(createGuardedFetch({ privateNetworks: 'allow' }), url, file, {
      maxBytes: 1_000_000,
      signal: new AbortController().signal,
      pausesSeconds: [0, 0],
      ...options,
    });

  const whole = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': CONTENT.length, etag: '"v1"' }).end(CONTENT);
  };
  /** Sends `bytes` of the whole file, then breaks the connection. */
  const breaking =
    (bytes: number, headers: Record<string, string> = { etag: '"v1"' }) =>
    (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': CONTENT.length, ...headers });
      response.write(CONTENT.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
    };
  const rest =
    (etag: string) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (request.headers['if-range'] !== etag) return whole(request, response);
      if (start >= CONTENT.length) {
        response.writeHead(416, { 'content-range': `bytes */${CONTENT.length}` }).end('too far');
        return;
      }
      response
        .writeHead(206, { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`, etag })
        .end(CONTENT.subarray(start));
    };
  const status =
    (code: number) =>
    (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(code).end('an error page');
    };

  const interrupt = async (bytes = 100_000, headers?: Record<string, string>): Promise<void> => {
    answer = breaking(bytes, headers);
    await expect(download()).rejects.toMatchObject({ code: 'SOURCE_INTERRUPTED' });
    ranges = [];
  };

  it('brings the whole file and says how far it is', async () => {
    const progress: number[] = [];
    expect(await download({ onProgress: (bytes) => progress.push(bytes) })).toBe(CONTENT.length);
    expect(CONTENT.equals(await readFile(file))).toBe(true);
    expect(progress.at(-1)).toBe(CONTENT.length);
    expect(await readdir(folder)).toEqual(['source']);
  });

  it('goes on where it broke off', async () => {
    await interrupt();
    answer = rest('"v1"');
    expect(await download()).toBe(CONTENT.length);
    expect(CONTENT.equals(await readFile(file))).toBe(true);
    expect(Number(/\d+/.exec(ranges[0] ?? '')?.[0])).toBeGreaterThan(0);
  });

  it('begins anew when the file has changed meanwhile', async () => {
    await interrupt();
    answer = rest('"v2"');
    expect(await download()).toBe(CONTENT.length);
    expect(CONTENT.equals(await readFile(file))).toBe(true);
  });

  it.each<Record<string, string>>([{}, { etag: 'W/"weak"' }])(
    'begins anew without a sure name (%j)',
    async (headers) => {
      await interrupt(100_000, headers);
      answer = whole;
      expect(await download()).toBe(CONTENT.length);
      expect(ranges).toEqual([undefined]);
    },
  );

  it('begins anew when the server takes the range for wrong', async () => {
    await interrupt();
    answer = (request, response) =>
      (request.headers.range === undefined ? whole : status(416))(request, response);
    expect(await download()).toBe(CONTENT.length);
    expect(ranges).toHaveLength(2);
  });

  it('does not take over what is left of another URL', async () => {
    await interrupt();
    answer = rest('"v1"');
    await download({}, server.url('/other.mp4'));
    expect(ranges).toEqual([undefined]);
  });

  it('gives up on a server that breaks off at the same place each time', async () => {
    answer = breaking(1_000, {});
    const codes: unknown[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      await download().catch((error: unknown) => codes.push((error as { code: string }).code));
    }
    expect(codes).toEqual([...Array<string>(5).fill('SOURCE_INTERRUPTED'), 'SOURCE_UNREACHABLE']);
  });

  it('refuses by the announced length before it downloads', async () => {
    const progress: number[] = [];
    await expect(
      download({ maxBytes: 1_000, onProgress: (bytes) => progress.push(bytes) }),
    ).rejects.toMatchObject({
      code: 'SOURCE_LIMIT_EXCEEDED',
    });
    expect(progress).toEqual([]);
  });

  it('stops at the limit when no length was announced', async () => {
    answer = (_request, response) => void response.writeHead(200).end(CONTENT);
    await expect(download({ maxBytes: 1_000 })).rejects.toMatchObject({ code: 'SOURCE_LIMIT_EXCEEDED' });
  });

  it.each([
    [404, 'SOURCE_NOT_FOUND', 1],
    [410, 'SOURCE_NOT_FOUND', 1],
    [403, 'SOURCE_UNREACHABLE', 1],
    [416, 'SOURCE_UNREACHABLE', 1],
    [503, 'SOURCE_UNREACHABLE', 3],
  ])('takes status %d for %s after %d tries', async (code, expected, tries) => {
    answer = status(code);
    await expect(download()).rejects.toMatchObject({ code: expected });
    expect(ranges).toHaveLength(tries);
  });

  it('goes on after a busy moment', async () => {
    answer = (request, response) => (ranges.length < 3 ? status(503) : whole)(request, response);
    expect(await download()).toBe(CONTENT.length);
  });

  it('refuses an empty file', async () => {
    answer = (_request, response) => void response.writeHead(200, { 'content-length': 0 }).end();
    await expect(download()).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  });

  it('says SOURCE_UNREACHABLE when nobody listens, and SOURCE_FORBIDDEN for what it must not reach', async () => {
    await server.close();
    await expect(download()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await expect(download({}, new URL('http://169.254.169.254/'))).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
  });

  it('stops when it is told to, and leaves what it takes to go on', async () => {
    const stop = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length, etag: '"v1"' });
      response.write(CONTENT.subarray(0, 1_000));
    };
    const reason = new Error('stopped');
    await expect(download({ signal: stop.signal, onProgress: () => stop.abort(reason) })).rejects.toBe(
      reason,
    );
    expect((await readdir(folder)).sort()).toEqual(['source', 'source.meta']);
  });
});
