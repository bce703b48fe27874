// Finds a tool that is already there: named by the user, on PATH, or in the cache.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { SetupError } from '../steps.mjs';
import { cachedBinary } from './cache.mjs';
import { checkBinary } from './check-binary.mjs';

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The tool named by the user's own variable; it is trusted, but it must exist.
 * @param {import('./pins.mjs').Tool} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function namedByUser(tool, env) {
  const given = env[tool.variable];
  if (given === undefined || given === '') return undefined;
  const path = resolve(given);
  if (isExecutableFile(path)) return path;
  throw new SetupError(
    `${tool.variable} names no program that can be run`,
    `correct ${tool.variable}, or unset it to let Framefold find ${tool.name}`,
  );
}

/**
 * The first program on PATH that runs and is new enough.
 * @param {import('./pins.mjs').Tool} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{path?: string, refusals: string[]}>} refusals say why others were passed over
 */
export async function findOnPath(tool, env) {
  const refusals = [];
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of new Set(folders)) {
    for (const name of tool.onPath) {
      const path = join(folder, name);
      if (!isExecutableFile(path)) continue;
      const verdict = await checkBinary(path, tool.check);
      if (verdict.ok) return { path, refusals };
      refusals.push(`${path} ${verdict.reason}`);
    }
  }
  return { refusals };
}

/**
 * Finds a tool without fetching anything.
 * @param {import('./pins.mjs').Tool} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{path?: string, refusals: string[]}>}
 */
export async function locateTool(tool, env) {
  const named = namedByUser(tool, env);
  if (named !== undefined) return { path: named, refusals: [] };
  const { path, refusals } = await findOnPath(tool, env);
  const found = path ?? (await cachedBinary(tool));
  return { ...(found === undefined ? {} : { path: found }), refusals };
}
