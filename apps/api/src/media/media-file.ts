import { createHash } from 'node:crypto';
import type { ObjectStore } from '@framefold/platform';

/** Names in a job's output tree: nothing hidden, nothing that leads out of it. */
const SAFE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Files that have their hash in their name never change. */
const HASHED_NAME = /-(?<hash>[0-9a-f]{10})\.[a-z0-9]+$/;

/** Files up to this size are hashed for their ETag when they are asked for: playlists, records, init segments. */
const HASHED_ON_READ_BYTES = 4 * 1024 * 1024;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  ts: 'video/mp2t',
  json: 'application/json',
  jsonl: 'application/jsonl',
  jpg: 'image/jpeg',
  vtt: 'text/vtt',
};

/** The path of a file in an output tree from its parts as a client wrote them; undefined when it cannot be one. */
export function safePath(parts: readonly string[]): string | undefined {
  return parts.length > 0 && parts.every((part) => SAFE_NAME.test(part)) ? parts.join('/') : undefined;
}

/** The media type that belongs to a file's name. */
export function contentTypeOf(path: string): string {
  if (path.endsWith('SHA256SUMS')) return 'text/plain; charset=utf-8';
  return CONTENT_TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

/**
 * How long caches may keep a file: for good where the name has its hash, else only if they ask each time.
 *
 * @param isPrivate shared caches must not give it to who has no key, or no signature any more
 */
export function cacheControlOf(path: string, isPrivate: boolean): string {
  if (!HASHED_NAME.test(path)) return isPrivate ? 'private, no-cache' : 'no-cache';
  return `${isPrivate ? 'private' : 'public'}, max-age=31536000, immutable`;
}

/** The entity tag of a file, which follows from its content alone; undefined for a large file without a hash in its name. */
export async function etagOf(
  store: ObjectStore,
  key: string,
  sizeBytes: number,
): Promise<string | undefined> {
  const named = HASHED_NAME.exec(key)?.groups?.hash;
  if (named !== undefined) return `"${named}"`;
  if (sizeBytes > HASHED_ON_READ_BYTES) return undefined;
  const content = await store.get(key);
  return content === undefined ? undefined : etagOfContent(content);
}

/** An entity tag that follows from the content alone. */
export function etagOfContent(content: Buffer | string): string {
  return `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
}
