import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CodedError, type Tenant, UploadId, type UploadRecord } from '@framefold/domain';
import { FileStore } from '@tus/file-store';
import { Upload } from '@tus/server';
import { ProblemError } from '../problem/problem-error.ts';
import type { Checksum } from './upload-checksum.ts';

/** What is on disk of an upload. Times are ms since the epoch. */
export interface UnfinishedUpload {
  readonly id: string;
  readonly tenantId: string;
  readonly metadata: Readonly<Record<string, string | null>>;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** Bytes that have arrived and count. */
  readonly offset: number;
  readonly createdAt: number;
  readonly lastByteAt: number;
  readonly path: string;
}

/** What is known of the request that is being served. */
interface TusRequest {
  readonly tenant: Tenant;
  /** The upload that it is about, which is the tenant's; undefined for one that is yet to begin. */
  readonly id: string | undefined;
  /** What its bytes have to be. */
  readonly checksum: Checksum | undefined;
}

/** Stands behind the name of an upload whose last bytes do not count yet; holds the offset up to which they do. */
const UNVERIFIED = '.unverified';

/** Where that is written before it takes its name: an empty one would say that nothing counts. */
const NEW_UNVERIFIED = `${UNVERIFIED}.new`;

/**
 * The unfinished uploads of this machine, as the tus server writes them: a file each, whose length is the offset, so
 * that after a kill -9 it goes on where the disk is. Bytes sent with a checksum count when they have been compared.
 */
export class UnfinishedUploads extends FileStore {
  /** Whoever sends nothing for longer, in ms, holds no upload any more. */
  idleMs = 60_000;

  /** The tus server hands none of this on. */
  readonly request = new AsyncLocalStorage<TusRequest>();

  /**
   * @param folder made when it is missing
   * @param whole what has become of an upload that is not unfinished (any more); throws for one that tus has no part in
   */
  constructor(
    folder: string,
    private readonly whole: (id: string) => Promise<UploadRecord | undefined>,
  ) {
    super({ directory: folder });
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum'];
  }

  /** An upload whose bytes are here, or undefined. */
  async find(id: string): Promise<UnfinishedUpload | undefined> {
    if (!UploadId.safeParse(id).success) return undefined;
    const path = join(this.directory, id);
    const [info, found] = await Promise.all([this.configstore.get(id), unlessMissing(stat(path))]);
    if (info?.size === undefined || found === undefined) return undefined;
    const counting = await unlessMissing(readFile(path + UNVERIFIED, 'utf8'));
    return {
      id,
      tenantId: (info as OwnedUpload).tenantId,
      metadata: info.metadata ?? {},
      sizeBytes: info.size,
      offset: counting === undefined ? found.size : Math.min(Number(counting), found.size),
      createdAt: Date.parse(info.creation_date ?? ''),
      lastByteAt: Math.trunc(found.mtimeMs),
      path,
    };
  }

  /** Whose upload is being begun. */
  tenant(): Tenant {
    const request = this.request.getStore();
    if (request === undefined) throw new Error('An upload was begun outside of a request.');
    return request.tenant;
  }

  override async create(upload: Upload): Promise<Upload> {
    return super.create(Object.assign(upload, { tenantId: this.tenant().id }));
  }

  override async getUpload(id: string): Promise<Upload> {
    const found = await this.find(id);
    if (found !== undefined && found.offset < found.sizeBytes) return toTus(found);
    const record = await this.whole(id);
    if (record === undefined) throw new ProblemError('UPLOAD_NOT_FOUND', 'There is no such upload.');
    return toTus({ ...record, offset: record.sizeBytes });
  }

  /** Writes from `offset` on, as far as the bytes come; gives the offset behind them. */
  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    // Nothing is missing of what is in the store, and nothing is left to write here.
    if ((await this.find(id)) === undefined) return offset;
    return this.#append(bytes, id, offset);
  }

  async #append(bytes: Readable, id: string, offset: number): Promise<number> {
    const path = join(this.directory, id);
    const checksum = this.request.getStore()?.checksum;
    const hash = checksum === undefined ? undefined : createHash(checksum.algorithm);
    let end = offset;
    try {
      if (checksum !== undefined) {
        await writeFile(path + NEW_UNVERIFIED, String(offset));
        await rename(path + NEW_UNVERIFIED, path + UNVERIFIED);
      }
      const file = await open(path, 'r+');
      try {
        // Of what was not compared nothing counts.
        await file.truncate(offset);
        if (checksum === undefined) await rm(path + UNVERIFIED, { force: true });
        for await (const chunk of unlessStalled(bytes, this.idleMs)) {
          hash?.update(chunk);
          await writeWhole(file, chunk, end);
          end += chunk.length;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw isFull(error) ? new CodedError('STORE_FULL', 'The disk of the uploads is full.') : error;
    }
    if (hash !== undefined && hash.digest('base64') !== checksum?.digest) {
      throw new ProblemError('UPLOAD_CHECKSUM_MISMATCH', 'The bytes do not have the checksum that was sent.');
    }
    await rm(path + UNVERIFIED, { force: true });
    return end;
  }

  /** Takes a whole file in at once; what fails leaves nothing. */
  async receive(
    id: string,
    bytes: Readable,
    about: Pick<UnfinishedUpload, 'tenantId' | 'metadata' | 'createdAt'>,
  ): Promise<void> {
    try {
      await writeFile(join(this.directory, id), '', { flag: 'wx' });
      const size = await this.#append(bytes, id, 0);
      await this.configstore.set(id, toTus({ ...about, id, sizeBytes: size, offset: size }));
    } catch (error) {
      await this.remove(id);
      throw error;
    }
  }

  /** The SHA-256 of what has arrived, in hexadecimal digits, read from disk. */
  async sha256(id: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(this.directory, id), { highWaterMark: 1024 * 1024 }))
      hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  /** Removes all of an upload that is here; none is no error. */
  override async remove(id: string): Promise<void> {
    for (const ending of ['', UNVERIFIED, NEW_UNVERIFIED, '.json'])
      await rm(join(this.directory, id + ending), { force: true });
  }

  /** All that something is here of, with when it was last written in ms since the epoch. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const name of await readdir(this.directory)) {
      const id = name.replace(/\..*$/, '');
      const written = await unlessMissing(stat(join(this.directory, name)));
      if (!UploadId.safeParse(id).success || written === undefined) continue;
      found.set(id, Math.max(found.get(id) ?? 0, Math.trunc(written.mtimeMs)));
    }
    return found;
  }
}

interface OwnedUpload extends Upload {
  readonly tenantId: string;
}

function toTus({
  id,
  tenantId,
  metadata,
  sizeBytes,
  offset,
  createdAt,
}: Omit<UnfinishedUpload, 'lastByteAt' | 'path'>): OwnedUpload {
  const creation_date = new Date(createdAt).toISOString();
  const upload = new Upload({ id, metadata: { ...metadata }, size: sizeBytes, offset, creation_date });
  return Object.assign(upload, { tenantId });
}

async function writeWhole(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The bytes as they come.
 *
 * @throws {ProblemError} UPLOAD_STALLED when none come for so long
 */
async function* unlessStalled(bytes: Readable, idleMs: number): AsyncGenerator<Buffer> {
  const stop = (): unknown =>
    bytes.destroy(
      new ProblemError('UPLOAD_STALLED', `No byte has come for ${idleMs / 1000} seconds.`, {
        // The rest of the body would still be waited for.
        headers: { Connection: 'close' },
      }),
    );
  let timer = setTimeout(stop, idleMs);
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      // A slow disk is not the sender's pause.
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(stop, idleMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
