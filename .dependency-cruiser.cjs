/** Which part may import which; the reasons stand in CONTRIBUTING.md ("Direction of imports"). */

const SPECS = '\\.spec\\.ts$|-contract\\.ts$|/testing/|^packages/(testing|bench)/|/test/';

/** Each part of the code, and our own parts that it may import beside itself. */
const MAY_IMPORT = {
  'packages/domain': [],
  'packages/media': ['packages/domain'],
  // Stands for itself, also outside of this repository: its types are those of the API's description.
  'packages/client': [],
  'packages/verify': ['packages/domain', 'packages/media'],
  'packages/config': ['packages/domain'],
  'packages/telemetry': ['packages/domain'],
  // The ffmpeg engine is a platform matter; its command lines and box readers are media's.
  'packages/platform': ['packages/domain', 'packages/media'],
  proto: ['packages/domain'],
  workflows: ['packages/domain'],
  activities: [
    'packages/domain',
    'packages/media',
    'packages/verify',
    'packages/platform',
    'packages/telemetry',
    'workflows/src/contract',
  ],
  // The wiring of Temporal workers, which API and worker programs share.
  'packages/runtime': [
    'packages/domain',
    'packages/media',
    'packages/platform',
    'packages/config',
    'packages/telemetry',
    'workflows',
    'activities',
  ],
  'apps/api': [
    'packages/domain',
    'packages/platform',
    'packages/config',
    'packages/telemetry',
    'packages/runtime',
    'workflows/src/contract',
    'activities',
    'proto',
    // Where the page's files lie, to serve them.
    'apps/web/src/index.ts',
  ],
  'apps/worker': [
    'packages/domain',
    'packages/platform',
    'packages/config',
    'packages/telemetry',
    'packages/runtime',
    'workflows',
    'activities',
  ],
  // The store: the command looks whether it can be used before it starts what would wait for it.
  'apps/cli': [
    'packages/client',
    'packages/domain',
    'packages/config',
    'packages/verify',
    'packages/platform/src/store',
  ],
  'apps/web': ['packages/client'],
};

const OURS = '^(apps|packages|workflows|activities|proto)/';

const directions = Object.entries(MAY_IMPORT).map(([part, others]) => ({
  name: `direction-${part.replace('/', '-')}`,
  comment: `${part} may import ${others.length === 0 ? 'nothing else of ours' : others.join(', ')}.`,
  severity: 'error',
  from: { path: `^${part}/`, pathNot: SPECS },
  to: { path: OURS, pathNot: [part, ...others].map((allowed) => `^${allowed}(/|$)`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'no-cycles',
      comment: 'Two modules that import each other are one module, or one too many.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that leads nowhere. The page names its modules by their addresses.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^/play/assets/' },
    },
    {
      name: 'specs-are-leaves',
      comment: 'What serves tests alone is imported by tests alone.',
      severity: 'error',
      from: { pathNot: SPECS },
      to: { path: SPECS },
    },
    {
      name: 'domain-media-and-verify-are-pure',
      comment: 'They compute; whoever touches the machine is packages/platform.',
      severity: 'error',
      from: { path: '^packages/(domain|media|verify)/', pathNot: SPECS },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    },
    {
      name: 'the-client-runs-in-browsers',
      comment: 'It needs nothing but what Node and browsers both have.',
      severity: 'error',
      from: { path: '^packages/client/src/', pathNot: SPECS },
      to: { pathNot: '^packages/client/src/' },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'Workflow code is replayed: the domain, @temporalio/workflow and @temporalio/common alone.',
      severity: 'error',
      from: { path: '^workflows/src/', pathNot: SPECS },
      to: {
        pathNot: ['^workflows/src/', '^packages/domain/', 'node_modules/@temporalio/(workflow|common)/'],
      },
    },
    {
      name: 'technology-behind-ports',
      comment: 'Processes and SQL are reached through the ports of packages/platform.',
      severity: 'error',
      from: { pathNot: [SPECS, '^packages/platform/'] },
      to: { path: 'node_modules/(execa|kysely|pg|@electric-sql|@aws-sdk)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.framefold|\\.scratch|output)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
