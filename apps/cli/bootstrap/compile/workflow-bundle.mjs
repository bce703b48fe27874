// The workflows as one file: workers load it instead of running webpack at every start.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256OfText, writeAtomically } from '../files.mjs';

const entryPath = 'workflows/dist/index.js';

/** The bundle, relative to the root. */
export const bundlePath = 'workflows/dist/workflow-bundle.js';

/**
 * What the bundle depends on, as one stamp: workflows may import nothing of ours but these packages
 * (dependency-cruiser holds that), and of others the SDK.
 * @param {import('./sources.mjs').BuildInput[]} inputs
 * @param {string} root
 * @returns {string | undefined} undefined when there is nothing to bundle
 */
export function bundleStamp(inputs, root) {
  if (!inputs.some((input) => input.output === entryPath)) return undefined;
  const relevant = inputs
    .filter(({ source }) => /^(workflows|packages\/(domain|media))\//.test(source))
    .map(({ source, stamp }) => `${source} ${stamp}`);
  // Read as a file: the package's exports do not name its package.json to an import.
  const { version } = createRequire(join(root, 'package.json'))('@temporalio/worker/package.json');
  return sha256OfText([version, ...relevant.sort()].join('\n'));
}

/** True when the bundle is there. @param {string} root */
export function bundleExists(root) {
  return existsSync(join(root, bundlePath));
}

/** Bundles the compiled workflows. @param {string} root */
export async function bundleWorkflows(root) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, entryPath),
    workflowInterceptorModules: [join(root, entryPath)],
    logger: new DefaultLogger('WARN'),
  });
  writeAtomically(join(root, bundlePath), code);
}
