import type { Readable } from 'node:stream';
import type { DirectWrites } from './direct-writes.ts';

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was written by the store's clock, in ms since the epoch. */
  readonly modifiedAt: number;
}

/** A half-open byte range: `start` included, `end` excluded. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where media and records lie. Keys are `/`-separated paths without `.` or `..` parts. Every write is atomic: a reader
 * sees the whole object or none, and a crash leaves nothing under the key. Held to one contract suite.
 *
 * Failures are {@link CodedError}s: STORE_UNAVAILABLE or STORE_FULL.
 */
export interface ObjectStore {
  /** Writes an object, replacing one that is there. */
  put(key: string, body: Uint8Array | string): Promise<void>;
  /** Writes an object unless the key exists. Says whether this call wrote it; of several at once one wins. */
  putIfAbsent(key: string, body: Uint8Array | string): Promise<boolean>;
  /** Writes a local file's content; the file may be moved into the store and be gone afterwards. */
  putFile(key: string, localPath: string): Promise<void>;
  /**
   * Makes `to` hold what `from` holds, replacing what is there, without the bytes passing through this machine. Says
   * whether there was something to copy.
   */
  copy(from: string, to: string): Promise<boolean>;
  /** The object's bytes, or undefined when there is none. For small objects. */
  get(key: string): Promise<Buffer | undefined>;
  /** A stream of the object's bytes, or of a range; undefined when there is none. */
  stream(key: string, range?: ByteRange): Promise<Readable | undefined>;
  head(key: string): Promise<StoredObject | undefined>;
  /** All objects below a prefix that ends in `/`, in order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** The names right below a prefix that ends in `/` below which objects lie, each once; costs nothing of their number. */
  folders(prefix: string): AsyncIterable<string>;
  /** Removes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Removes every object below a prefix that ends in `/`. */
  deleteAll(prefix: string): Promise<void>;
  /** Removes what writers that are gone left unfinished; nothing of it was ever under a key. */
  sweep(): Promise<void>;
  /** The path at which local programs can read the object in place, or undefined for stores that are not local. */
  localPath(key: string): string | undefined;
  /**
   * A URL by which whoever holds it may read the object, or write it, without credentials; undefined for stores that
   * have no such URLs. Nothing is asked: the URL of an object that is not there answers so.
   */
  presign(key: string, options: PresignOptions): Promise<string | undefined>;
  /** Large objects that others write by presigned URLs; undefined for stores that have no such URLs. */
  readonly direct: DirectWrites | undefined;
}

/** What a presigned URL is good for. */
export interface PresignOptions {
  /** From now on. */
  readonly expiresSeconds: number;
  /** By default GET, which serves HEAD and ranges, too. */
  readonly method?: 'GET' | 'PUT';
}
