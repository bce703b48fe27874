import { sourceOf } from '@framefold/domain';
import type { GuardedFetch, ProcessRunner, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { assertTrusted, type SourceDeps } from '../source-file.ts';
import { downloadSource } from './download-source.ts';
import { makeTestSource } from './make-test-source.ts';
import { forgetPiecesOfAnother } from './forget-pieces-of-another.ts';
import { referenceFile } from './reference-file.ts';
import { takeUpload } from './take-upload.ts';

export interface IngestDeps extends SourceDeps {
  readonly fetch: GuardedFetch;
  /** Of `s3:` URLs. */
  readonly fetchS3: GuardedFetch;
  /** Folders from which local files are taken. */
  readonly fileRoots: readonly string[];
  /** Framefold's own folders, from which none are. */
  readonly ownFolders: readonly string[];
  readonly limits: { readonly sourceBytes: number };
  readonly scratch: Pick<ScratchSpace, 'openDownload' | 'reserve'>;
  readonly runner: ProcessRunner;
  readonly ffmpeg: string;
}

/** Brings a source where the other activities can read it: a local file stays where it is, all else is downloaded, taken or made. */
export function ingestSource(deps: IngestDeps): MediaActivities['ingestSource'] {
  return async ({ jobId, request, input = 0 }) => {
    const source = sourceOf(input === 0 ? request : (request.append[input - 1] ?? {}));
    switch (source.kind) {
      case 'test':
        return makeTestSource(deps, jobId, source.recipe);
      case 'upload':
        await assertTrusted(deps, false);
        return takeUpload(deps, jobId, source.id, input);
      case 'url': {
        const isFile = source.url.protocol === 'file:';
        await assertTrusted(deps, isFile);
        if (!isFile) return downloadSource(deps, jobId, source.url, input);
        const found = await referenceFile(deps, source.url);
        await forgetPiecesOfAnother(deps.store, jobId, input, found);
        return found;
      }
    }
  };
}
