import { S3Client } from '@aws-sdk/client-s3';

/** Where an S3 service is, and how it names its buckets. Credentials come from the SDK's own chain (`AWS_*` and files). */
export interface S3Access {
  /** Of a service that is not AWS. */
  readonly endpoint?: string | undefined;
  /** By default as the SDK finds it (`AWS_REGION` and files). */
  readonly region?: string | undefined;
  /** Whether a bucket is named in the path of URLs, as compatible services want it, or in their host. */
  readonly pathStyle: boolean;
}

/** A host that takes longer to take a connection is not there. */
const CONNECT_MS = 5_000;

/** For one request with its body, such as a part of a multipart upload, until the answer begins. */
const ANSWER_MS = 120_000;

/** A connection on which nothing moves for longer is given up. */
const IDLE_MS = 30_000;

/** With pauses of under a second between them: Temporal tries again later, with longer ones. */
const ATTEMPTS = 4;

/** Requests at once; more would only share the same line. */
const SOCKETS = 64;

/** A client that gives up in time. One serves all buckets of a service. */
export function createS3Client({ endpoint, region, pathStyle }: S3Access): S3Client {
  // Which Node the SDK wants next year is for those who raise its version here, not for those who read our logs.
  // eslint-disable-next-line no-restricted-properties -- it is set here, not read
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    forcePathStyle: pathStyle,
    // Compatible services do not know the checksums that AWS has added since.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
