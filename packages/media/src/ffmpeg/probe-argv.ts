import { guardedInput } from './input-args.ts';

/** ffprobe's command line (without the program) for a description of the file and its tracks, as JSON. */
export function describeArgv(sourceFile: string): string[] {
  return ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', ...guardedInput(sourceFile)];
}

/** ffprobe's command line for the times and flags of one track's packets, a CSV line each. */
export function packetsArgv(sourceFile: string, streamIndex: number): string[] {
  return [
    '-v',
    'error',
    '-select_streams',
    String(streamIndex),
    '-show_entries',
    'packet=pts,duration,flags',
    '-of',
    'csv=p=0',
    ...guardedInput(sourceFile),
  ];
}

/** ffmpeg's command line for decoding one track and printing each frame's time, for files whose packets have none. */
export function decodeScanArgv(sourceFile: string, streamIndex: number): string[] {
  return [
    '-nostdin',
    '-v',
    'error',
    '-copyts',
    ...guardedInput(sourceFile),
    '-map',
    `0:${streamIndex}`,
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    'demux',
    '-c:v',
    'wrapped_avframe',
    '-f',
    'framecrc',
    'pipe:1',
  ];
}
