import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTool } from './tools.ts';

/**
 * Makes an ffmpeg that first does what a script says.
 *
 * @param folder made where it is missing
 * @param script lines of sh that see ffmpeg's arguments as theirs
 * @returns for FRAMEFOLD_FFMPEG; a sandbox has no shell for it
 */
export async function scriptedFfmpeg(folder: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const ffmpeg = join(folder, 'ffmpeg');
  await writeFile(ffmpeg, `#!/bin/sh\n${script}\nexec "${requireTool('ffmpeg')}" "$@"\n`);
  await chmod(ffmpeg, 0o755);
  return ffmpeg;
}
