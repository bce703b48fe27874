import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ByteRange } from './object-store.ts';
import { isMissing, statusOf, storeFault } from './s3-faults.ts';

/** A connection that breaks so often in a row without a new byte is given up. */
const MAX_STALLS = 3;
const PAUSE_MS = 250;

/** An object of a bucket; the key is whole, prefix included. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/**
 * A stream of an object's bytes, or of a range. It goes on by itself where a connection broke off, with the same version
 * of the object.
 *
 * @returns undefined when there is no such object
 * @throws {CodedError} STORE_UNAVAILABLE; so does the stream
 */
export async function readObject(
  client: S3Client,
  place: S3Place,
  { start, end }: ByteRange = { start: 0, end: Infinity },
): Promise<Readable | undefined> {
  const first = await open(client, place, { start, end });
  if (first === undefined || first === 'beyond') return first === undefined ? undefined : Readable.from([]);
  const bytes = async function* (): AsyncGenerator<Buffer> {
    let { body } = first;
    let at = start;
    let stalls = 0;
    try {
      for (let chunks = iterate(body); ;) {
        const next = await chunks.next().catch((error: unknown) => ({ error }));
        if ('error' in next) {
          if (++stalls > MAX_STALLS) throw storeFault(next.error);
          await delay(PAUSE_MS * stalls);
          const again = await open(client, place, { start: at, end }, first.etag);
          if (again === undefined) throw storeFault(new Error('The object is gone.'));
          if (again === 'beyond') return;
          body = again.body;
          chunks = iterate(body);
          continue;
        }
        if (next.done === true) return;
        at += next.value.length;
        stalls = 0;
        yield next.value;
      }
    } finally {
      body.destroy();
    }
  };
  return Readable.from(bytes(), { objectMode: false });
}

function iterate(body: Readable): AsyncIterator<Buffer> {
  return body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}

/** @returns undefined when there is none, `beyond` when the range begins where the object has ended */
async function open(
  client: S3Client,
  { bucket, key }: S3Place,
  { start, end }: ByteRange,
  etag?: string,
): Promise<{ readonly body: Readable; readonly etag: string | undefined } | 'beyond' | undefined> {
  const isWhole = start === 0 && end === Infinity;
  try {
    const { Body, ETag } = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(isWhole ? {} : { Range: `bytes=${start}-${end === Infinity ? '' : end - 1}` }),
        ...(etag === undefined ? {} : { IfMatch: etag }),
      }),
    );
    return { body: Body as Readable, etag: ETag };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (statusOf(error) === 416) return 'beyond';
    throw storeFault(error);
  }
}
