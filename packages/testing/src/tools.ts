import { loadConfig } from '@framefold/config';

/**
 * The path of a tool that the set-up provides.
 *
 * @throws {Error} when tests were not started through the set-up
 */
export function requireTool(name: 'ffmpeg' | 'ffprobe' | 'temporal'): string {
  const path = loadConfig().tools[name];
  if (path === undefined)
    throw new Error(`FRAMEFOLD_${name.toUpperCase()} is not set; run the tests by npm test.`);
  return path;
}
