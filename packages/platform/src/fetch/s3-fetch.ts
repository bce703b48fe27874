import { posix } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Access } from '../store/s3-client.ts';
import { ForbiddenUrlError } from './address-guard.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';

/** Of a signed URL, which is used at once: a redirect and a slow clock fit in. */
const EXPIRES_SECONDS = 300;

export interface S3FetchOptions {
  readonly access: S3Access;
  /** Those that may be read. */
  readonly buckets: readonly string[];
  /** Where this program keeps its objects on that service, if it does: nobody's sources. */
  readonly own?: { readonly bucket: string; readonly prefix: string } | undefined;
}

/**
 * Fetches `s3://bucket/key` with this program's own credentials, by presigned URLs. Nobody outside decides where that
 * goes, so the service may be on a private address.
 *
 * Throws {@link ForbiddenUrlError} for buckets that are not listed and for the program's own objects, and what {@link createGuardedFetch} throws.
 */
export function createS3Fetch({ access, buckets, own }: S3FetchOptions): GuardedFetch {
  const fetch = createGuardedFetch({ privateNetworks: 'allow' });
  let client: Promise<S3Client> | undefined;
  return async (url, { headers = {}, ...request } = {}) => {
    const [bucket, key] = [url.hostname, decodeURIComponent(url.pathname.slice(1))];
    // As services take it that keep files by the names of keys, and as it is once it is part of a URL.
    const place = posix.normalize(`${bucket}/${key}`);
    if (!buckets.includes(bucket) || !place.startsWith(`${bucket}/`))
      throw new ForbiddenUrlError(`The bucket ${bucket} is not one that this service may read.`);
    if (own !== undefined && place.startsWith(`${own.bucket}/${own.prefix}`))
      throw new ForbiddenUrlError("The object is one of this service's own.");
    // Late, as for the store.
    client ??= import('../store/s3-client.ts').then(({ createS3Client }) => createS3Client(access));
    const signed = new URL(await presign(await client, bucket, key));
    const { 'if-range': version, ...others } = headers;
    if (version === undefined) return fetch(signed, { ...request, headers });
    // S3 knows no If-Range, only the parts that it is made of (RFC 9110, section 13.1.5).
    const condition = version.startsWith('"') ? 'if-match' : 'if-unmodified-since';
    const part = await fetch(signed, { ...request, headers: { ...others, [condition]: version } });
    if (part.status !== 412) return part;
    part.body.destroy();
    const { range: _range, ...rest } = others;
    return fetch(signed, { ...request, headers: rest });
  };
}

async function presign(client: S3Client, bucket: string, key: string): Promise<string> {
  const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  return getSignedUrl(client, command, { expiresIn: EXPIRES_SECONDS });
}
