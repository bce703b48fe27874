import { deviceArgs, encoderArgs, uploadFilters, type EncodeDevice } from './encoder-args.ts';

/** Length of a trial encode in frames: enough for reordering and a scene of some motion, and over in moments. */
export const TRIAL_FRAMES = 48;

/** The bytes of a software trial follow from the encoder build alone. */
const BITEXACT = ['-flags', '+bitexact', '-fflags', '+bitexact', '-map_metadata', '-1'];

const QUALITY = { preset: 'fast', crf: 22, maxrateKbps: 1400, bufsizeKbps: 2800 };

/**
 * The ffmpeg command line (without the program) that shows whether an encoder works: it encodes moving pictures that
 * ffmpeg makes itself, with the settings that chunks are encoded with.
 *
 * @param encoder a plan's name of the encoder
 */
export function trialArgv(encoder: string, outputFile: string, device?: EncodeDevice): string[] {
  const filters = ['testsrc2=size=640x360:rate=24', 'format=yuv420p', ...uploadFilters(encoder)];
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', ...deviceArgs(encoder, device), '-threads', '1'],
    ...['-filter_complex', `${filters.join(',')}[v]`, '-map', '[v]', '-frames:v', String(TRIAL_FRAMES)],
    ...['-sws_flags', 'accurate_rnd+bitexact', ...encoderArgs({ encoder, ...QUALITY }, { num: 24, den: 1 })],
    ...[...BITEXACT, '-f', 'mp4', outputFile],
  ];
}

/** The command line that decodes a trial's output and tells how many frames it holds, as `frame=` of `-progress`. */
export function trialCheckArgv(file: string): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-xerror', '-progress', 'pipe:1'],
    ...['-protocol_whitelist', 'file', '-i', `file:${file}`, '-f', 'null', '-'],
  ];
}
