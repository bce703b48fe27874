/** One configuration; test kinds are told apart by the file's ending (see package.json's scripts). */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.framefold/'],
  modulePathIgnorePatterns: ['/dist/'],
  forceExit: false,
  // By default jest leaves one processor to itself, which is half of a small machine.
  maxWorkers: '100%',
  // Ends what hangs. Tests hold no figure, so the slowest and busiest machine that runs them has to fit.
  testTimeout: 120_000,
};
