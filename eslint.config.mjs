import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Tests, what serves them, and contract suites that specs call. */
const SPECS = [
  '**/*.spec.ts',
  '**/*-contract.ts',
  '**/testing/**/*.ts',
  'packages/testing/**/*.ts',
  '**/test/**/*.ts',
];

const READS_ENVIRONMENT = 'Only packages/config reads the environment; take what you need from loadConfig().';

/** What workflow code may import: it is replayed, so nothing that could answer differently the second time. */
const WORKFLOW_IMPORTS = {
  regex: '^(?!\\.{1,2}/|@framefold/domain$|@temporalio/(workflow|common)$)',
  message: 'Workflows import the domain, @temporalio/workflow, @temporalio/common and each other alone.',
};

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/node_modules/',
    '**/.framefold/',
    '**/.scratch/',
    '**/output/',
    'coverage/',
    'proto/src/gen/',
    'packages/client/src/gen/',
    'packages/client/types/',
    // MPEG transport streams, too, end in .ts.
    'packages/testing/clips/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Nest's controllers and modules are classes by decorator, some without a member.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Numbers in sentences need no toString.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An underscore says that something is left out on purpose.
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      // Ports are implemented by functions that need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      // `return stop()` and `() => stop()` hide nothing: that a promise is not forgotten is held by another rule.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^\\.{1,2}/.*(?<!\\.(ts|json))$', message: 'Write the ending .ts.' }] },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: READS_ENVIRONMENT },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportSpecifier[imported.name="env"][parent.source.value="node:process"]',
          message: READS_ENVIRONMENT,
        },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // The stack hands its environment on to the programs that it starts, and reads nothing from it.
    files: ['packages/config/src/**/*.ts', 'apps/cli/src/stack/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Commands talk to people.
    files: ['apps/cli/src/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['workflows/src/**/*.ts'],
    ignores: SPECS,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [WORKFLOW_IMPORTS] }] },
  },
  {
    files: SPECS,
    rules: {
      // The tests' tools are found, and programs started, by the environment that the test runner was given.
      'no-restricted-properties': 'off',
      // Partial fakes and half-made documents are what tests are made of.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    // Programs that run before anything is built or installed.
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'AbortSignal',
          'Buffer',
          'clearInterval',
          'clearTimeout',
          'console',
          'fetch',
          'module',
          'performance',
          'process',
          'setInterval',
          'setTimeout',
          'structuredClone',
          'URL',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // The page's own scripts.
    files: ['apps/web/**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'document',
          'EventSource',
          'FormData',
          'Hls',
          'location',
          'navigator',
          'setTimeout',
          'window',
          'XMLHttpRequest',
          'HTMLElement',
          'customElements',
          'history',
          'localStorage',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
