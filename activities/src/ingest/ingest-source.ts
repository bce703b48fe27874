import type { GuardedFetch, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { assertTrusted, type SourceDeps } from '../source-file.ts';
import { downloadSource } from './download-source.ts';
import { referenceFile } from './reference-file.ts';

export interface IngestDeps extends SourceDeps {
  readonly fetch: GuardedFetch;
  /** Folders from which local files are taken. */
  readonly fileRoots: readonly string[];
  readonly limits: { readonly sourceBytes: number };
  readonly scratch: Pick<ScratchSpace, 'openDownload'>;
}

/** Brings a source where the other activities can read it: a local file stays where it is, all else is downloaded. */
export function ingestSource(deps: IngestDeps): MediaActivities['ingestSource'] {
  return async ({ jobId, request, input = 0 }) => {
    const { sourceUrl } = input === 0 ? request : (request.append[input - 1] ?? request);
    const url = new URL(sourceUrl);
    await assertTrusted(deps, url.protocol === 'file:');
    return url.protocol === 'file:' ? referenceFile(deps, url) : downloadSource(deps, jobId, url, input);
  };
}
