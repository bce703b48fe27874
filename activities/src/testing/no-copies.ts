import type { SourceDeps } from '../source-file.ts';

/** For stores whose objects are local files: nothing is ever copied. */
export const noCopies: SourceDeps['copies'] = {
  use: () => Promise.reject(new Error('The store is local: nothing is to be fetched.')),
};
