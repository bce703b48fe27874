import { CodedError, storeKeys } from '@framefold/domain';
import type { SourceRef } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { storedSource } from '../source-file.ts';
import type { IngestDeps } from './ingest-source.ts';

/**
 * Makes an upload the source of a job: a copy in the store, which the end of the upload leaves alone.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND, SOURCE_EMPTY or SOURCE_LIMIT_EXCEEDED
 */
export async function takeUpload(
  { store, limits }: Pick<IngestDeps, 'store' | 'limits'>,
  jobId: string,
  uploadId: string,
  input: number,
): Promise<SourceRef> {
  // Without the ending of its name: who repeats this must find the copy when the upload is gone with its name.
  const key = storeKeys.source(jobId, '.bin', input);
  const taken = await store.head(key);
  if (taken !== undefined) return storedSource(key, taken.sizeBytes);
  const content = storeKeys.uploadContent(uploadId);
  const upload = await store.head(content);
  if (upload === undefined) throw gone();
  if (upload.sizeBytes === 0) throw new CodedError('SOURCE_EMPTY', 'The upload is empty.');
  if (upload.sizeBytes > limits.sourceBytes) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The upload has ${upload.sizeBytes} bytes; the limit is ${limits.sourceBytes}.`,
    );
  }
  if (!(await heartbeating(undefined, () => store.copy(content, key)))) throw gone();
  return storedSource(key, upload.sizeBytes);
}

function gone(): CodedError {
  return new CodedError('SOURCE_NOT_FOUND', 'The upload is not there any more.');
}
