import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTool } from './tools.ts';

/** Variables of a stack or a worker by which it encodes with a script, outside any sandbox, which has no shell for it. */
export type ScriptVariables = Readonly<Record<'FRAMEFOLD_FFMPEG' | 'FRAMEFOLD_SANDBOX', string>>;

/**
 * Makes an ffmpeg that first does what a script says.
 *
 * @param folder made where it is missing
 * @param script lines of sh that see ffmpeg's arguments as theirs
 */
export async function scriptedFfmpeg(folder: string, script: string): Promise<ScriptVariables> {
  await mkdir(folder, { recursive: true });
  const ffmpeg = join(folder, 'ffmpeg');
  await writeFile(ffmpeg, `#!/bin/sh\n${script}\nexec "${requireTool('ffmpeg')}" "$@"\n`);
  await chmod(ffmpeg, 0o755);
  return { FRAMEFOLD_FFMPEG: ffmpeg, FRAMEFOLD_SANDBOX: 'off' };
}

/** An ffmpeg whose encodes a test makes wait, so that what it does meanwhile comes in time on the slowest machine. */
export interface HoldableFfmpeg {
  readonly variables: ScriptVariables;
  hold(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes one that nothing holds yet.
 *
 * @param which pattern of sh for the arguments of those that can be held; all encodes by x264 where it is missing
 */
export async function holdableFfmpeg(folder: string, which = '*libx264*'): Promise<HoldableFfmpeg> {
  const held = join(folder, 'held');
  const variables = await scriptedFfmpeg(
    folder,
    `case "$*" in ${which}) while [ -e "${held}" ]; do sleep 0.1; done;; esac`,
  );
  return { variables, hold: () => writeFile(held, ''), release: () => rm(held) };
}
