import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipPath } from './clips.ts';
import { requireTool } from './tools.ts';

const NAME = 'breaks-its-encoder.mp4';

/** An ffmpeg that one source breaks every time, by a segmentation fault, and that is an ordinary one for all others. */
export interface CrashingFfmpeg {
  /** For FRAMEFOLD_FFMPEG. It is a script: a sandbox has no shell for it. */
  readonly ffmpeg: string;
  /** The source that breaks it; `ffprobe` reads it well. */
  readonly source: string;
}

/** Makes one in a folder. */
export async function crashingFfmpeg(folder: string): Promise<CrashingFfmpeg> {
  await mkdir(folder, { recursive: true });
  const ffmpeg = join(folder, 'ffmpeg');
  const source = join(folder, NAME);
  await writeFile(
    ffmpeg,
    `#!/bin/sh\ncase "$*" in *${NAME}*) kill -s SEGV $$;; esac\nexec "${requireTool('ffmpeg')}" "$@"\n`,
  );
  await chmod(ffmpeg, 0o755);
  await copyFile(clipPath('portrait.mp4'), source);
  return { ffmpeg, source };
}
