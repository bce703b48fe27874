// Does a program run here, and is it new enough? Asked once per file: the answer is kept with the file's
// time and size, because starting four programs would cost more than the whole rest of a warm start.
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeAtomically } from '../files.mjs';
import { toolsFolder } from '../paths.mjs';
import { runProgram } from '../run-program.mjs';

/** @typedef {{ok: boolean, version?: string, reason?: string}} Verdict */

const runTimeoutMs = 15_000;

/** @param {string} found @param {string} minimum both like 8.1.2, of any number of parts */
function atLeast(found, minimum) {
  const [have, need] = [found, minimum].map((text) => text.split('.').map(Number));
  for (const [index, part] of need.entries()) {
    if ((have[index] ?? 0) !== part) return (have[index] ?? 0) > part;
  }
  return true;
}

/** @param {string} output of `ffmpeg -version` @returns {string | undefined} */
function ffmpegVersion(output) {
  const release = /^ff\w+ version n?(\d+\.\d+(?:\.\d+)?)/m.exec(output)?.[1];
  if (release !== undefined) return release;
  // A build from git names a commit; libavutil tells its age (59.39 came with ffmpeg 7.1, 60 with 8.0).
  const [, major, minor] = /^libavutil\s+(\d+)\.\s*(\d+)/m.exec(output) ?? [];
  if (major === undefined) return undefined;
  return Number(major) === 59 ? `7.${Number(minor) >= 39 ? 1 : 0}` : `${Number(major) - 52}.0`;
}

/**
 * Checks a binary against a rule by running it.
 * @param {string} path
 * @param {import('./pins.mjs').CheckRule} rule
 * @returns {Promise<Verdict>}
 */
export async function runCheck(path, rule) {
  const argument = rule.argument ?? (rule.kind === 'ffmpeg' ? '-version' : '--version');
  const { ok, output } = await runProgram(path, [argument], { timeoutMs: runTimeoutMs });
  if (!ok) return { ok: false, reason: 'does not run here' };
  const version =
    rule.kind === 'ffmpeg'
      ? ffmpegVersion(output)
      : (rule.kind === 'temporal' ? /Server (\d+\.\d+\.\d+)/ : /(\d+\.\d+[\d.]*)/).exec(output)?.[1];
  if (version === undefined) return { ok: false, reason: 'does not tell its version' };
  if (!atLeast(version, rule.minimum)) {
    return { ok: false, version, reason: `is ${version}, older than ${rule.minimum}` };
  }
  if (rule.encoders === undefined) return { ok: true, version };
  const encoders = (await runProgram(path, ['-hide_banner', '-encoders'], { timeoutMs: runTimeoutMs }))
    .output;
  const missing = rule.encoders.filter((name) => !new RegExp(`^ [VAS]\\S+ ${name} `, 'm').test(encoders));
  return missing.length === 0
    ? { ok: true, version }
    : { ok: false, version, reason: `lacks ${missing.join(', ')}` };
}

/**
 * As runCheck, with a memo of earlier answers.
 * @param {string} path
 * @param {import('./pins.mjs').CheckRule} rule
 * @returns {Promise<Verdict>}
 */
export async function checkBinary(path, rule) {
  const memoPath = join(toolsFolder(), 'checked.json');
  const real = realpathSync(path);
  const { mtimeMs, size } = statSync(real);
  // The path as given belongs to the key: one multi-call binary answers by the name it is called with.
  const key = JSON.stringify([path, real, mtimeMs, size, rule]);
  const known = readJson(memoPath)?.[path];
  if (known?.key === key) return known.verdict;
  const verdict = await runCheck(path, rule);
  // A program that would not start may do so tomorrow (a missing library, a machine out of memory): ask again.
  if (verdict.version === undefined) return verdict;
  // Read again just before writing: other checks run beside this one. A lost entry is only asked anew.
  writeAtomically(memoPath, JSON.stringify({ ...readJson(memoPath), [path]: { key, verdict } }, null, 1));
  return verdict;
}
