import { testSourceKbps, type TestSource } from '@framefold/domain';

/** x264 gives the same bytes for the same number of threads, whatever the machine has. */
const THREADS = '4';

/**
 * The ffmpeg command line (without the program) that makes a test source: coloured bars and moving shapes with the time
 * and each frame's number, under grain such as film has, and a tone with a beep in every second. A keyframe every
 * second, as cameras and services deliver it; PCM, since AAC differs in its last bits from processor to processor.
 *
 * https://ffmpeg.org/ffmpeg-filters.html (testsrc2, noise, sine)
 */
export function testSourceArgv(recipe: TestSource, outputFile: string): string[] {
  const { width, height, frameRate, seconds } = recipe;
  const picture = [
    `testsrc2=size=${width}x${height}:rate=${frameRate}:duration=${seconds}`,
    'format=yuv420p',
    'noise=c0_strength=8:c0_flags=t:c0_seed=1',
    'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
  ].join(',');
  const sound = `sine=frequency=220:beep_factor=4:sample_rate=48000:duration=${seconds}`;
  const kbps = testSourceKbps(recipe);
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-f', 'lavfi', '-i', picture],
    ...['-f', 'lavfi', '-i', sound, '-map', '0:v', '-map', '1:a'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', THREADS, '-crf', '18'],
    ...['-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`, '-g', String(frameRate)],
    ...['-x264-params', 'cpu-independent=1', '-c:a', 'pcm_s16le'],
    ...['-flags', '+bitexact', '-fflags', '+bitexact', '-f', 'mov', outputFile],
  ];
}
