import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { DirectWrites } from './direct-writes.ts';
import { assertKey, assertPrefix } from './keys.ts';
import type { ByteRange, ObjectStore, PresignOptions, StoredObject } from './object-store.ts';
import { copyObject } from './s3-copy.ts';
import { S3DirectWrites } from './s3-direct-writes.ts';
import { guarded, isMissing, statusOf } from './s3-faults.ts';
import { readObject } from './s3-reader.ts';
import { abortUploads } from './s3-sweep.ts';

/** Files are uploaded in parts of this size, the least that S3 takes, so many at once: twice that much memory an upload takes. */
const PART_BYTES = 5 * 1024 ** 2;
const PARTS_AT_ONCE = 2;

/** An upload has at most 10,000 parts (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const MAX_PARTS = 10_000;

/** Larger objects are copied in parts; a copy at once is limited to 5 GB, and answers only at its end. */
const COPY_PART_BYTES = 512 * 1024 ** 2;

/** Objects that one request can remove. */
const DELETE_BATCH = 1000;

/** A conditional write that another one crosses is to be tried again (409); then it is clear which was first. */
const CONFLICT_TRIES = 10;
const CONFLICT_PAUSE_MS = 50;

/** An upload in parts that has not ended by then has lost its writer. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

export interface S3StoreOptions {
  readonly client: S3Client;
  /** Signs URLs, for the address under which others find the service; by default as {@link client} finds it. */
  readonly signer?: S3Client;
  readonly bucket: string;
  /** What all keys begin with: empty, or a path that ends in `/`. */
  readonly prefix: string;
  /** Now, in ms since the epoch. */
  readonly now?: () => number;
  readonly copyPartBytes?: number;
}

/** An object store in a bucket of S3, or of a service that speaks its language. */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

class S3Store implements ObjectStore {
  readonly direct: DirectWrites;
  readonly #client: S3Client;
  readonly #signer: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #copyPartBytes: number;

  constructor(options: S3StoreOptions) {
    const { client, signer = client, bucket, prefix, now = Date.now } = options;
    const { copyPartBytes = COPY_PART_BYTES } = options;
    const place = this.#place.bind(this);
    this.direct = new S3DirectWrites({ client, signer, place, keptMs: FORGOTTEN_MS });
    this.#client = client;
    this.#signer = signer;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#now = now;
    this.#copyPartBytes = copyPartBytes;
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    const place = this.#place(key);
    await guarded(() => this.#client.send(new PutObjectCommand({ ...place, Body: Buffer.from(body) })));
  }

  async putIfAbsent(key: string, body: Uint8Array | string): Promise<boolean> {
    const place = this.#place(key);
    const writer = randomUUID();
    const command = new PutObjectCommand({
      ...place,
      Body: Buffer.from(body),
      IfNoneMatch: '*',
      Metadata: { writer },
    });
    return guarded(async () => {
      for (let tries = 1; ; tries++) {
        try {
          await this.#client.send(command);
          return true;
        } catch (error) {
          if (statusOf(error) === 409 && tries < CONFLICT_TRIES) {
            await delay(CONFLICT_PAUSE_MS);
            continue;
          }
          if (statusOf(error) !== 412) throw error;
          // When an answer is lost the request is sent again: then what is in the way may be our own.
          return (await this.#head(key))?.Metadata?.writer === writer;
        }
      }
    });
  }

  async putFile(key: string, localPath: string): Promise<void> {
    const place = this.#place(key);
    await guarded(async () => {
      const { size } = await stat(localPath);
      const file = createReadStream(localPath);
      try {
        const upload = new Upload({
          client: this.#client,
          params: { ...place, Body: file },
          partSize: Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS)),
          queueSize: PARTS_AT_ONCE,
        });
        await upload.done();
      } finally {
        file.destroy();
      }
    });
  }

  async copy(from: string, to: string): Promise<boolean> {
    const [source, target] = [this.#place(from), this.#place(to)];
    return guarded(async () => {
      const found = await this.#head(from);
      if (found === undefined) return false;
      // A copy onto itself is refused by S3.
      if (from === to) return true;
      const keys = { bucket: this.#bucket, from: source.Key, to: target.Key };
      const version = { sizeBytes: found.ContentLength ?? 0, etag: found.ETag ?? '' };
      await copyObject(this.#client, { ...keys, ...version }, this.#copyPartBytes);
      return true;
    });
  }

  async get(key: string): Promise<Buffer | undefined> {
    const body = await this.stream(key);
    return body === undefined ? undefined : Buffer.concat(await body.toArray());
  }

  async stream(key: string, range?: ByteRange): Promise<Readable | undefined> {
    const { Key } = this.#place(key);
    // HTTP has no ranges of no bytes.
    if (range !== undefined && range.end <= range.start)
      return (await this.head(key)) === undefined ? undefined : Readable.from([]);
    return readObject(this.#client, { bucket: this.#bucket, key: Key }, range);
  }

  async head(key: string): Promise<StoredObject | undefined> {
    const found = await guarded(() => this.#head(key));
    return found === undefined ? undefined : toStored(key, found.ContentLength, found.LastModified);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    assertPrefix(prefix);
    const found = await guarded(async () => {
      const objects: StoredObject[] = [];
      const query = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
      for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, query)) {
        for (const { Key = '', Size, LastModified } of Contents)
          objects.push(toStored(Key.slice(this.#prefix.length), Size, LastModified));
      }
      // Not all services list in the order of keys (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
      return objects.sort((a, b) => (a.key < b.key ? -1 : 1));
    });
    yield* found;
  }

  async *folders(prefix: string): AsyncIterable<string> {
    assertPrefix(prefix);
    const Prefix = this.#prefix + prefix;
    const query = { Bucket: this.#bucket, Prefix, Delimiter: '/' };
    const pages = paginateListObjectsV2({ client: this.#client }, query);
    for (;;) {
      const { done, value } = await guarded(() => pages.next());
      if (done === true) return;
      for (const { Prefix: found = '' } of value.CommonPrefixes ?? []) yield found.slice(Prefix.length, -1);
    }
  }

  async delete(key: string): Promise<void> {
    const place = this.#place(key);
    await guarded(() => this.#client.send(new DeleteObjectCommand(place)));
  }

  async deleteAll(prefix: string): Promise<void> {
    const Objects: { Key: string }[] = [];
    for await (const { key } of this.list(prefix)) Objects.push({ Key: this.#prefix + key });
    await guarded(async () => {
      for (let first = 0; first < Objects.length; first += DELETE_BATCH) {
        const Delete = { Objects: Objects.slice(first, first + DELETE_BATCH), Quiet: true };
        const { Errors = [] } = await this.#client.send(
          new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }),
        );
        const [fault] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
        if (fault !== undefined) throw new Error(`${fault.Code}: ${fault.Message}`);
      }
    });
  }

  async sweep(): Promise<void> {
    const place = { bucket: this.#bucket, prefix: this.#prefix };
    await guarded(() => abortUploads(this.#client, place, this.#now() - FORGOTTEN_MS));
  }

  localPath(): undefined {
    return undefined;
  }

  async presign(key: string, { expiresSeconds, method = 'GET' }: PresignOptions): Promise<string> {
    const place = this.#place(key);
    const command = method === 'GET' ? new GetObjectCommand(place) : new PutObjectCommand(place);
    return guarded(() => getSignedUrl(this.#signer, command, { expiresIn: expiresSeconds }));
  }

  #place(key: string): { readonly Bucket: string; readonly Key: string } {
    assertKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  async #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    try {
      return await this.#client.send(new HeadObjectCommand(this.#place(key)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function toStored(key: string, sizeBytes = 0, modifiedAt = new Date(0)): StoredObject {
  return { key, sizeBytes, modifiedAt: modifiedAt.getTime() };
}
