import type { MediaActivities } from '@framefold/workflows/contract';
import { sourceFile, type SourceDeps } from '../source-file.ts';

/** Chunks read a local source in place: there is nothing to cut, only to make sure that it is there. */
export function splitSource(deps: SourceDeps): MediaActivities['splitSource'] {
  return async ({ source }) => {
    await sourceFile(source, deps);
    return { mode: 'in-place' };
  };
}
