import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clipPath } from '@framefold/testing';

export const SOURCE_SECONDS = 60;

/** A real film twice over, brought to 1080p, with a slow pan and grain: what an encoder meets in life costs more than flat areas. */
const PICTURE = [
  'scale=2112:1188:flags=lanczos',
  "crop=1920:1080:x='96+96*sin(t/3)':y='54+54*cos(t/4)'",
  'noise=alls=6:allf=t',
  'format=yuv420p',
].join(',');

const ARGS = [
  ...['-nostdin', '-v', 'error', '-y', '-stream_loop', '1', '-i', clipPath('bunny-480p24-30s.mp4')],
  ...['-t', String(SOURCE_SECONDS), '-vf', PICTURE],
  // A keyframe every 2 s, as cameras and services deliver it.
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-g', '48'],
  ...['-c:a', 'aac', '-ac', '2', '-b:a', '160k', '-f', 'mp4'],
];

/** The path of a 1080p file of a minute; made on first use, and kept in the temporary folder. */
export async function benchSource(ffmpeg: string, report: (line: string) => void): Promise<string> {
  const folder = join(tmpdir(), 'framefold-bench');
  const recipe = createHash('sha256').update(JSON.stringify(ARGS)).digest('hex').slice(0, 10);
  const file = join(folder, `source-${recipe}.mp4`);
  if (existsSync(file)) return file;
  report('Making the source, once ...');
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await promisify(execFile)(ffmpeg, [...ARGS, unfinished]);
  await rename(unfinished, file);
  return file;
}
