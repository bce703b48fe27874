/**
 * Our packages by their sources: knip resolves the exports' default, which is the build.
 * https://knip.dev/reference/configuration#paths
 */
const paths = (up) => ({
  '@framefold/workflows/contract': [`${up}workflows/src/contract/index.ts`],
  '@framefold/domain/testing': [`${up}packages/domain/src/testing/builders.ts`],
  ...Object.fromEntries(
    ['workflows', 'activities', 'proto'].map((name) => [`@framefold/${name}`, [`${up}${name}/src/index.ts`]]),
  ),
  '@framefold/*': [`${up}packages/*/src/index.ts`, `${up}apps/*/src/index.ts`],
});

/** A package for ourselves alone: what nobody imports is dead. */
const library = (up) => ({ entry: ['src/index.ts'], includeEntryExports: true, paths: paths(up) });

/** @type {import('knip').KnipConfig} */
export default {
  ignoreExportsUsedInFile: true,
  // Of Debian's util-linux.
  ignoreBinaries: ['flock', 'setpriv'],
  workspaces: {
    '.': { entry: [], paths: paths('./') },
    'apps/*': {
      entry: ['src/index.ts', 'src/**/*main.ts', 'bin/*.mjs', 'bootstrap/exec.mjs'],
      paths: paths('../../'),
    },
    'packages/*': library('../../'),
    activities: library('../'),
    // Temporal finds workflows by their names, in the bundle of this entry.
    workflows: { ...library('../'), entry: ['src/index.ts', 'test/*.record.ts'], includeEntryExports: false },
    proto: { ...library('../'), includeEntryExports: false, ignore: ['src/gen/**'] },
  },
};
