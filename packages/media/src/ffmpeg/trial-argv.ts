/** Length of a trial encode in frames: enough for reordering and a scene of some motion, and over in moments. */
export const TRIAL_FRAMES = 48;

/** The bytes of a software trial follow from the encoder build alone. */
const BITEXACT = ['-flags', '+bitexact', '-fflags', '+bitexact', '-map_metadata', '-1'];

/**
 * The ffmpeg command line (without the program) that shows whether an encoder works: it encodes moving pictures that
 * ffmpeg makes itself, by the settings that chunks are encoded with.
 *
 * @param encoder ffmpeg's name of the encoder
 */
export function trialArgv(encoder: string, outputFile: string): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-threads', '1'],
    ...['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=24,format=yuv420p`],
    ...['-frames:v', String(TRIAL_FRAMES), '-sws_flags', 'accurate_rnd+bitexact'],
    ...['-c:v', encoder, '-preset', 'fast', '-crf', '22', '-maxrate', '1400k', '-bufsize', '2800k'],
    ...['-threads', '1', ...BITEXACT, '-f', 'mp4', outputFile],
  ];
}

/** The command line that decodes a trial's output and tells how many frames it holds, as `frame=` of `-progress`. */
export function trialCheckArgv(file: string): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-xerror', '-progress', 'pipe:1'],
    ...['-protocol_whitelist', 'file', '-i', `file:${file}`, '-f', 'null', '-'],
  ];
}
