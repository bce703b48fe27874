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
}

/**
 * Fetches `s3://bucket/key` with this program's own credentials, by presigned URLs. Nobody outside decides where that
 * goes, so the service may be on a private address.
 *
 * Throws {@link ForbiddenUrlError} for buckets that are not listed, and what {@link createGuardedFetch} throws.
 */
export function createS3Fetch({ access, buckets }: S3FetchOptions): GuardedFetch {
  const fetch = createGuardedFetch({ privateNetworks: 'allow' });
  let client: Promise<S3Client> | undefined;
  return async (url, { headers = {}, ...request } = {}) => {
    const [bucket, key] = [url.hostname, decodeURIComponent(url.pathname.slice(1))];
    if (!buckets.includes(bucket))
      throw new ForbiddenUrlError(`The bucket ${bucket} is not one that this service may read.`);
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
