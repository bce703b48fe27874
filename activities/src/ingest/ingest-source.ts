import { sourceOf } from '@framefold/domain';
import type { GuardedFetch, ProcessRunner, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { assertTrusted, type SourceDeps } from '../source-file.ts';
import { downloadSource } from './download-source.ts';
import { makeTestSource } from './make-test-source.ts';
import { referenceFile } from './reference-file.ts';

export interface IngestDeps extends SourceDeps {
  readonly fetch: GuardedFetch;
  /** Folders from which local files are taken. */
  readonly fileRoots: readonly string[];
  readonly limits: { readonly sourceBytes: number };
  readonly scratch: Pick<ScratchSpace, 'openDownload' | 'reserve'>;
  readonly runner: ProcessRunner;
  readonly ffmpeg: string;
}

/** Brings a source where the other activities can read it: a local file stays where it is, all else is downloaded or made. */
export function ingestSource(deps: IngestDeps): MediaActivities['ingestSource'] {
  return async ({ jobId, request, input = 0 }) => {
    const source = sourceOf(input === 0 ? request : (request.append[input - 1] ?? {}));
    switch (source.kind) {
      case 'test':
        return makeTestSource(deps, jobId, source.recipe);
      case 'url': {
        const isFile = source.url.protocol === 'file:';
        await assertTrusted(deps, isFile);
        return isFile ? referenceFile(deps, source.url) : downloadSource(deps, jobId, source.url, input);
      }
    }
  };
}
