import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireTool } from './tools.ts';

/**
 * When the middle of a picture turns white, in seconds on the file's own clock: what generated clips do in the frame
 * of each whole second.
 *
 * @param stream as ffmpeg writes it
 */
export async function flashTimes(path: string, stream = '0:v:0'): Promise<number[]> {
  const white = `format=gray,crop=iw/4:ih/4,signalstats,${print('signalstats.YMIN')}`;
  const levels = await metadata(path, ['-map', stream, '-fps_mode', 'passthrough', '-vf', white]);
  return levels.filter(({ value }) => value > 200).map(({ atSeconds }) => atSeconds);
}

/** When sound follows on silence, in seconds on the file's own clock. */
export async function beepTimes(path: string, stream = '0:a:0'): Promise<number[]> {
  const silence = `silencedetect=noise=-30dB:duration=0.3,a${print('silence_end')}`;
  return (await metadata(path, ['-map', stream, '-af', silence])).map(({ value }) => value);
}

function print(key: string): string {
  return `metadata=print:key=lavfi.${key}:file=-`;
}

async function metadata(
  path: string,
  filters: readonly string[],
): Promise<{ readonly atSeconds: number; readonly value: number }[]> {
  const { stdout } = await promisify(execFile)(
    requireTool('ffmpeg'),
    ['-nostdin', '-v', 'error', '-copyts', '-noautorotate', '-i', path, ...filters, '-f', 'null', '-'],
    { maxBuffer: 1 << 26 },
  );
  return [...stdout.matchAll(/pts_time:(\S+)\s+lavfi\.\S+=(\S+)/g)].map(([, at, value]) => ({
    atSeconds: Number(at),
    value: Number(value),
  }));
}
