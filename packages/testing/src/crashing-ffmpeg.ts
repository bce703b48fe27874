import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipPath } from './clips.ts';
import { scriptedFfmpeg, type ScriptVariables } from './scripted-ffmpeg.ts';

const NAME = 'breaks-its-encoder.mp4';

/** An ffmpeg that one source breaks every time, by a segmentation fault, and that is an ordinary one for all others. */
export interface CrashingFfmpeg {
  readonly variables: ScriptVariables;
  /** The source that breaks it; `ffprobe` reads it well. */
  readonly source: string;
}

/** Makes one in a folder. */
export async function crashingFfmpeg(folder: string): Promise<CrashingFfmpeg> {
  const variables = await scriptedFfmpeg(folder, `case "$*" in *${NAME}*) kill -s SEGV $$;; esac`);
  const source = join(folder, NAME);
  await copyFile(clipPath('portrait.mp4'), source);
  return { variables, source };
}
