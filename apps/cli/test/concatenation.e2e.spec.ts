import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type JobView, type TranscodeRequestBody } from '@framefold/domain';
import {
  beepTimes,
  flashTimes,
  frameNumbers,
  generatedClip,
  pictureStart,
  readSound,
  soundLag,
  startStack,
  withJoined,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';
import { verifyTree } from '@framefold/verify';
import { fileTree } from '../src/verify/tree-readers.ts';

/** A beep begins with its flash; sound is a frame of AAC off at most. */
const SYNC_SECONDS = 0.02;

const LADDER = [{ name: 'small', shortSide: 90, maxrateKbps: 400, preset: 'ultrafast' }] as const;

/** A matcher of what is in sync with a flash. */
function inSync(seconds: number): unknown {
  // What closeTo takes are digits.
  return expect.closeTo(seconds, -Math.log10(2 * SYNC_SECONDS));
}

/** A clip, and the part of it that is taken. */
type Part = readonly [name: GeneratedClipName, startSeconds?: number, endSeconds?: number];

describe('several sources in one job', () => {
  let stack: TestStack;
  beforeAll(async () => (stack = await startStack()));
  afterAll(() => stack.stop());

  const transcode = async (
    [first, ...others]: readonly [Part, ...Part[]],
    request: Partial<TranscodeRequestBody> = {},
  ): Promise<{ job: JobView; playlist: (name: string) => string }> => {
    const input = async ([name, startSeconds, endSeconds]: Part) => ({
      sourceUrl: pathToFileURL(await generatedClip(name)).href,
      ...(startSeconds === undefined ? {} : { startSeconds }),
      ...(endSeconds === undefined ? {} : { endSeconds }),
    });
    const append = await Promise.all(others.map(input));
    const jobId = await stack.submit({
      ...(await input(first)),
      ...{ append, ladder: [...LADDER], segmentSeconds: 2 },
      ...request,
    });
    const job = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    const output = join(stack.home, 'store', storeKeys.output(jobId));
    const { findings } = await verifyTree(fileTree(fetch), pathToFileURL(join(output, 'master.m3u8')).href);
    expect(findings).toEqual([]);
    return { job, playlist: (name) => join(output, name, 'playlist.m3u8') };
  };

  it('shows every frame of each, one behind the other, with its sound', async () => {
    const parts = [
      ['mono.mp4'],
      ['mpeg2-ac3.ts'],
      ['rate-59-94.mp4'],
      ['no-audio.mp4'],
      ['start-600s.ts', 1, 3],
      ['mono.mp4'],
    ] as const;
    const { job, playlist } = await transcode(parts);
    const taken = await Promise.all(
      parts.map(async ([name, from = 0, to = Infinity]) => {
        const numbers = await frameNumbers(await generatedClip(name));
        return numbers.filter((number) => number / 25 >= from && number / 25 < to);
      }),
    );
    expect(await withJoined(playlist('small'), (file) => frameNumbers(file))).toEqual(taken.flat());
    expect(job.plan?.frames).toBe(taken.flat().length);
    expect(job.appendedSources).toHaveLength(parts.length - 1);

    // Flashes and beeps of each whole second, as far as they are taken.
    const flashes = await withJoined(playlist('small'), (file) => flashTimes(file));
    const beeps = await withJoined(playlist('audio-und'), (file) => beepTimes(file));
    const [start = NaN] = flashes;
    const seconds = flashes.map((at) => at - start);
    expect(seconds).toHaveLength(4 + 4 + 4 + 4 + 2 + 4);
    // The fourth has no sound; the first beep has no silence before it.
    const sounding = seconds.filter((_, index) => index > 0 && (index < 12 || index > 15));
    expect(beeps.map((at) => at - start)).toEqual(sounding.map(inSync));
    expect(job.warnings).toEqual([
      { code: 'AUDIO_MISSING', message: 'Source 4: It has no sound: there is silence meanwhile.' },
    ]);
  }, 180_000);

  it('keeps each sound where its picture is, whatever is before it', async () => {
    const parts = [
      ['vfr-gaps.mp4'],
      ['surround-5-1.mp4'],
      // A single frame.
      ['mono.mp4', 1, 1.04],
      // Its sound ends at 2.5 s.
      ['audio-shorter.mp4', 3],
      ['vfr-jitter.mkv', 1, 3],
      ['mono.mp4'],
    ] as const;
    const { job, playlist } = await transcode(parts, { audio: { channels: 'source' } });
    expect(job.audioProfiles).toMatchObject([{ name: 'audio-und', channels: 6 }]);
    const flashes = await withJoined(playlist('small'), (file) => flashTimes(file));
    const [start = NaN] = flashes;
    const seconds = flashes.map((at) => at - start);
    expect(seconds).toHaveLength(4 + 4 + 1 + 1 + 2 + 4);
    const beeps = await withJoined(playlist('audio-und'), (file) => beepTimes(file));
    const sounding = seconds.filter((_, index) => index > 0 && index !== 9);
    expect(beeps.map((at) => at - start)).toEqual(sounding.map(inSync));

    // To the millisecond, so that nothing adds up: each part begins with a flash.
    const firsts = [0, 4, 8, 9, 10, 12].map((index) => flashes[index] ?? NaN);
    for (const [part, [name, from = 0]] of parts.entries()) {
      const clip = await generatedClip(name);
      const began = firsts[part] ?? NaN;
      const lasts = (firsts[part + 1] ?? Infinity) - began;
      const wanted = await readSound(clip, (await pictureStart(clip)) + from);
      const heard = await withJoined(playlist('audio-und'), (file) => readSound(file, began));
      const lag = soundLag(wanted, heard, lasts);
      const inPlace = expect.closeTo(0, 2.7);
      const isSilent = name === 'audio-shorter.mp4';
      expect([name, lag]).toEqual([
        name,
        isSilent ? undefined : expect.objectContaining({ start: inPlace, end: inPlace }),
      ]);
    }
  }, 180_000);

  it('fits pictures of other shapes and colours into the frames of the first', async () => {
    const { job, playlist } = await transcode([
      ['bt709.mp4'],
      ['sar-8-9.mp4'],
      ['hdr10-hevc.mp4'],
      ['bt601-625.mp4'],
    ]);
    expect(job.profiles[0]).toMatchObject({ width: 160, height: 90 });
    expect(job.warnings.map(({ code, message }) => [message.slice(0, 9), code])).toEqual([
      // What is not tagged is taken for SD's colours, being small.
      ['Source 2:', 'COLOUR_CONVERTED'],
      ['Source 2:', 'PICTURE_FITTED'],
      ['Source 3:', 'HDR_TONE_MAPPED'],
      ['Source 4:', 'COLOUR_CONVERTED'],
    ]);
    const frames = job.plan?.frames ?? 0;
    expect(await withJoined(playlist('small'), (file) => flashTimes(file))).toHaveLength(16);
    expect(frames).toBe(400);
  }, 180_000);
});
