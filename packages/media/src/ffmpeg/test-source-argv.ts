import type { TestSource } from '@framefold/domain';

/**
 * x264 gives the same bytes for the same number of threads, whatever the machine has, as long as nothing limits its rate:
 * with a ceiling (VBV) it takes the state of other threads into account as it happens to be.
 */
const THREADS = '4';

/** Pixels by which the background moves from frame to frame. */
const STEP = 2;

/**
 * The ffmpeg command line (without the program) that makes a test source: coloured bars and moving shapes with the time
 * and each frame's number, before a texture that moves, under grain such as film has; and a tone with a beep in every
 * second. A keyframe every second, as cameras and services deliver it; PCM, since AAC differs in its last bits from
 * processor to processor.
 *
 * https://ffmpeg.org/ffmpeg-filters.html (testsrc2, noise, scroll, sine)
 */
export function testSourceArgv(recipe: TestSource, outputFile: string): string[] {
  const { frameRate, seconds } = recipe;
  const sound = `sine=frequency=220:beep_factor=4:sample_rate=48000:duration=${seconds}`;
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-f', 'lavfi', '-i', sound],
    ...['-filter_complex', pictureGraph(recipe), '-map', '[picture]', '-map', '0:a'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-g', String(frameRate)],
    ...['-threads', THREADS, '-x264-params', 'cpu-independent=1', '-c:a', 'pcm_s16le'],
    ...['-flags', '+bitexact', '-fflags', '+bitexact', '-f', 'mov', outputFile],
  ];
}

function pictureGraph({ width, height, frameRate, seconds }: TestSource): string {
  const sixteenth = `${Math.ceil(width / 16)}x${Math.ceil(height / 16)}`;
  // One picture, drawn once: blobs of some pixels, and detail upon them.
  const background = [
    `color=c=gray:size=${sixteenth}:rate=${frameRate}`,
    'trim=end_frame=1',
    'format=yuv420p',
    'noise=all_seed=1:c0s=70:c1s=30:c2s=30',
    `scale=${width}:${height}:flags=bicubic+accurate_rnd+bitexact`,
    'noise=all_seed=2:c0s=14',
    'loop=loop=-1:size=1',
    `scroll=h=${STEP / width}:v=${STEP / height}`,
  ];
  // Small and enlarged, so that its figures can be read.
  const foreground = [
    `testsrc2=size=320x180:rate=${frameRate}:duration=${seconds}`,
    'format=yuv420p',
    `scale=${width / 2}:${height / 2}:flags=neighbor`,
  ];
  const both = [
    `overlay=x=${width / 4}:y=${height / 4}:shortest=1`,
    'noise=all_seed=3:c0s=4:c0f=t',
    // Scaling a background whose sides are no multiples of 16 has made its pixels oblong.
    'setsar=1',
    'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
  ];
  return `${background.join(',')}[back];${foreground.join(',')}[front];[back][front]${both.join(',')}[picture]`;
}
