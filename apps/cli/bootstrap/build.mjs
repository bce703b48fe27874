// The incremental build: src/**/*.ts of every package to its dist folder, then the workflow bundle.
// Run directly (`node apps/cli/bootstrap/build.mjs`) it builds; imported, it offers build().
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listInputs, listOutputs } from './compile/sources.mjs';
import { transform } from './compile/transform.mjs';
import { bundleExists, bundlePath, bundleStamp, bundleWorkflows } from './compile/workflow-bundle.mjs';
import { readJson, sha256OfText, writeAtomically } from './files.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder, repositoryRoot } from './paths.mjs';
import { exitWithSetupError, SetupError, step } from './steps.mjs';

/** @typedef {import('./compile/sources.mjs').BuildInput} BuildInput */
/** @typedef {{builder: string, files: Record<string, string>, bundle?: string}} Manifest source -> stamp */
/** @typedef {{builder: string, inputs: BuildInput[], changed: BuildInput[], vanished: string[],
 *   bundle: string | undefined, bundleIsStale: boolean, fromScratch: boolean}} Plan */

/** Changes when the build's own code or compiler does: everything is then built anew. @param {string} root */
function builderStamp(root) {
  const folder = new URL('./compile/', import.meta.url);
  const own = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const compiler = readFileSync(join(root, 'node_modules/@swc/core/package.json'), 'utf8');
  return sha256OfText([...own, compiler].join('\0'));
}

// In node_modules, so that it goes when the packages are installed anew.
const manifestPath = (/** @type {string} */ root) => join(root, 'node_modules/.framefold-build.json');

/** Compares the sources with the last build. @param {string} root @returns {Plan} */
function plan(root) {
  const builder = builderStamp(root);
  /** @type {Manifest | undefined} */
  const manifest = readJson(manifestPath(root));
  const known = manifest?.builder === builder ? manifest.files : {};
  const inputs = listInputs(root);
  const changed = inputs.filter(
    ({ source, output, stamp }) => known[source] !== stamp || !existsSync(join(root, output)),
  );
  const present = new Set(inputs.map(({ source }) => source));
  const vanished = Object.keys(known).filter((source) => !present.has(source));
  const bundle = bundleStamp(inputs, root);
  const bundleIsStale = bundle !== undefined && (bundle !== manifest?.bundle || !bundleExists(root));
  const fromScratch = manifest?.builder !== builder;
  return { builder, inputs, changed, vanished, bundle, bundleIsStale, fromScratch };
}

/** @param {Plan} work */
const isNothing = ({ changed, vanished, bundleIsStale, fromScratch }) =>
  changed.length === 0 && vanished.length === 0 && !bundleIsStale && !fromScratch;

/** @param {string} root @param {BuildInput[]} inputs */
async function transformAll(root, inputs) {
  const queue = [...inputs];
  /** @type {string[]} */
  const failures = [];
  const drain = async () => {
    for (let input = queue.pop(); input !== undefined; input = queue.pop()) {
      await transform(root, input).catch((error) =>
        failures.push(`${input.source}: ${error.message.split('\n\nCaused by')[0].trim()}`),
      );
    }
  };
  // swc compiles on its own threads; a few files in flight keep them busy.
  await Promise.all(Array.from({ length: cpus().length * 2 }, drain));
  if (failures.length > 0) {
    throw new SetupError(`the build failed:\n${failures.join('\n')}`, 'correct the files named above');
  }
}

/** Removes outputs that no source stands behind. @param {string} root @param {BuildInput[]} inputs */
function sweep(root, inputs) {
  const expected = new Set([bundlePath, ...inputs.flatMap(({ output }) => [output, `${output}.map`])]);
  for (const output of listOutputs(root)) {
    if (!expected.has(output)) rmSync(join(root, output), { force: true });
  }
}

/** @param {string} root @param {Plan} work */
async function carryOut(root, work) {
  const { builder, inputs, changed, vanished, bundle, bundleIsStale, fromScratch } = work;
  const files = Object.fromEntries(inputs.map(({ source, stamp }) => [source, stamp]));
  const previousBundle = readJson(manifestPath(root))?.bundle;
  const record = (/** @type {string | undefined} */ bundled) =>
    writeAtomically(manifestPath(root), JSON.stringify({ builder, files, bundle: bundled }));
  if (changed.length > 0 || vanished.length > 0 || fromScratch) {
    await step(`compiled ${changed.length} of ${inputs.length} source files`, async () => {
      await transformAll(root, changed);
      sweep(root, inputs);
    });
    record(previousBundle);
  }
  if (bundleIsStale) {
    await step('bundled the workflows', () => bundleWorkflows(root)).catch((error) => {
      throw new SetupError(
        `the workflow bundle failed: ${error.message}`,
        'correct the workflow code named above',
      );
    });
    record(bundle);
  }
}

/**
 * Brings dist up to date with src; does and prints nothing when it is.
 * @param {string} [root]
 * @throws {SetupError} naming the files that do not compile
 */
export async function build(root = repositoryRoot) {
  if (isNothing(plan(root))) return;
  const lockPath = join(cacheFolder(), 'locks', `build-${sha256OfText(root).slice(0, 16)}.lock`);
  await withLock(lockPath, 'building', async () => {
    const work = plan(root); // another process may have built meanwhile
    if (!isNothing(work)) await carryOut(root, work);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build().catch(exitWithSetupError);
