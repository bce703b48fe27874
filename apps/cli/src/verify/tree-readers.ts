import { open, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ByteRange, TreeReader } from '@framefold/verify';
import { CommandError } from '../command-error.ts';

/** Reads a tree in folders of this machine. What a playlist there names on a server is fetched. */
export function fileTree(send: typeof fetch): TreeReader {
  const web = httpTree(send);
  return {
    read: (uri, range) => (isFile(uri) ? readLocal(uri, range) : web.read(uri, range)),
    sizeOf: async (uri) => {
      if (!isFile(uri)) return web.sizeOf(uri);
      return orUndefined(async () => {
        const entry = await stat(fileURLToPath(uri));
        return entry.isFile() ? entry.size : undefined;
      });
    },
  };
}

/** Reads a tree from a web server, and nothing else: a server's playlist has no business with local files. */
export function httpTree(send: typeof fetch): TreeReader {
  const read: TreeReader['read'] = async (uri, range) => {
    const headers = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
    const response = await request(send, uri, { headers });
    if (response === undefined) return undefined;
    const bytes = Buffer.from(await response.arrayBuffer());
    // A server that knows no ranges sends the whole.
    return range !== undefined && response.status !== 206 ? bytes.subarray(range.start, range.end) : bytes;
  };
  return {
    read,
    sizeOf: async (uri) => {
      // Not compressed, so that the length is the file's own.
      const init = { method: 'HEAD', headers: { 'Accept-Encoding': 'identity' } };
      const response = await request(send, uri, init);
      if (response === undefined) return undefined;
      const length = response.headers.get('Content-Length');
      return length === null ? (await read(uri))?.length : Number(length);
    },
  };
}

function isFile(uri: string): boolean {
  return uri.startsWith('file:');
}

function readLocal(uri: string, range: ByteRange | undefined): Promise<Buffer | undefined> {
  const path = fileURLToPath(uri);
  return orUndefined(async () => {
    if (range === undefined) return readFile(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(range.end - range.start),
        position: range.start,
      });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

/** @throws {CommandError} when a server does not answer, or answers with another error than that there is nothing */
async function request(send: typeof fetch, uri: string, init: RequestInit): Promise<Response | undefined> {
  if (!/^https?:/.test(uri)) return undefined;
  let response: Response;
  try {
    response = await send(uri, init);
  } catch (error) {
    throw new CommandError('TREE_UNREACHABLE', `${uri} can't be fetched.`, undefined, { cause: error });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if ([403, 404, 410, 416].includes(response.status)) return undefined;
  throw new CommandError('TREE_UNREACHABLE', `${uri} answers with status ${response.status}.`);
}
