import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { CodedError, FAILURES, mediaExtension, storeKeys } from '@framefold/domain';
import { downloadTo } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { storedSource } from '../source-file.ts';
import type { IngestDeps } from './ingest-source.ts';

/**
 * Downloads a source into the store. An attempt that is repeated on the same worker goes on where the last one broke
 * off; nothing is left in the scratch folder once the download is over, for good or ill.
 */
export async function downloadSource(
  deps: IngestDeps,
  jobId: string,
  url: URL,
  input: number,
): Promise<SourceRef> {
  const key = storeKeys.source(jobId, mediaExtension(url.pathname) ?? '.bin', input);
  const stored = await deps.store.head(key);
  if (stored !== undefined) return storedSource(key, stored.sizeBytes);
  const place = await deps.scratch.openDownload(jobId, input);
  const file = join(place.folder, 'source');
  let received = 0;
  try {
    const sizeBytes = await heartbeating(
      () => ({ receivedBytes: received }),
      async (signal) => {
        const fetch = url.protocol === 's3:' ? deps.fetchS3 : deps.fetch;
        const bytes = await downloadTo(fetch, url, file, {
          maxBytes: deps.limits.sourceBytes,
          signal,
          onSize: (total) => place.reserve(total),
          onProgress: (arrived) => (received = arrived),
        });
        await deps.store.putFile(key, file);
        return bytes;
      },
    );
    await place.release();
    return storedSource(key, sizeBytes);
  } catch (error) {
    const willResume = error instanceof CodedError && FAILURES[error.code].class === 'platform';
    const isOver = !willResume || Context.current().cancellationSignal.aborted;
    await (isOver ? place.release() : place.pause());
    throw error;
  }
}
