// tools.json, typed.
import { readFileSync } from 'node:fs';

/**
 * @typedef {{kind: 'ffmpeg' | 'temporal' | 'runs', minimum: string, argument?: string, encoders?: string[]}} CheckRule
 * @typedef {{kind: 'wheel' | 'archive' | 'go' | 'apt' | 'python', platform?: string, [field: string]: any}} Source
 * @typedef {{name: string, variable: string, version: string, required: boolean, onDemand?: boolean,
 *   onPath: string[], check: CheckRule, sources: Source[], byHand: string, without?: string}} Tool
 */

/** Every pinned tool. @returns {Tool[]} */
export function pinnedTools() {
  const { tools } = JSON.parse(readFileSync(new URL('../tools.json', import.meta.url), 'utf8'));
  return Object.entries(tools).map(([name, tool]) => ({ name, ...tool }));
}
