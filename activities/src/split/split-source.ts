import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { sourceFile } from '../source-file.ts';

/** Chunks read a local source in place: there is nothing to cut, only to make sure that it is there. */
export function splitSource(deps: { readonly store: ObjectStore }): MediaActivities['splitSource'] {
  return async ({ source }) => {
    await sourceFile(source, deps.store);
    return { mode: 'in-place' };
  };
}
