import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FailureCode, JobView, Warning } from '@framefold/domain';
import {
  beepTimes,
  decodeTree,
  flashTimes,
  frameNumbers,
  GENERATED_CLIPS,
  generatedClip,
  startStack,
  withJoined,
  type ExpectedOfClip,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';
import { expectSoundInPlace, expectStarts } from './av-offsets.ts';

/** Where presentation starts on every track's clock (docs/adr/0002), in seconds. */
const ORIGIN_SECONDS = 1;

/** How far a beep may be off its flash, beyond what it is in the source, in seconds. */
const SYNC_SECONDS = 0.02;

/** What a job says of a clip beyond nothing. */
const WARNINGS: Partial<Readonly<Record<GeneratedClipName, readonly Warning['code'][]>>> = {
  '10-bit-h264.mp4': ['BIT_DEPTH_REDUCED'],
  '10-bit-hevc.mp4': ['BIT_DEPTH_REDUCED'],
  '4-2-2.mp4': ['CHROMA_REDUCED'],
  '4-2-2-10-bit.mp4': ['CHROMA_REDUCED', 'BIT_DEPTH_REDUCED'],
  '4-4-4.mp4': ['CHROMA_REDUCED'],
  'odd-size-4-4-4.mp4': ['CHROMA_REDUCED'],
  'rgb.mp4': ['CHROMA_REDUCED'],
  'interlaced-open-gop.ts': ['DEINTERLACED'],
  'bt2020-sdr.mp4': ['COLOUR_CONVERTED', 'BIT_DEPTH_REDUCED'],
  'vp9-alpha.webm': ['ALPHA_DROPPED'],
  'prores-4444-alpha.mov': ['ALPHA_DROPPED', 'CHROMA_REDUCED', 'BIT_DEPTH_REDUCED'],
  'prores-pcm.mov': ['CHROMA_REDUCED', 'BIT_DEPTH_REDUCED'],
  'hdr10-hevc.mp4': ['HDR_TONE_MAPPED'],
  'hlg-hevc.mp4': ['HDR_TONE_MAPPED'],
  'two-videos.mkv': ['VIDEO_TRACKS_SKIPPED'],
  'interlaced-top-first.mp4': ['DEINTERLACED'],
  'interlaced-bottom-first.mkv': ['DEINTERLACED'],
  'interlaced-flagged-progressive.mp4': ['DEINTERLACED'],
  'telecined.mkv': ['DEINTERLACED'],
  'audio-early.mp4': ['AUDIO_LEAD_TRIMMED'],
  'surround-5-1.mp4': ['AUDIO_DOWNMIXED'],
  'surround-7-1.mp4': ['AUDIO_DOWNMIXED'],
  'subtitles-dvd.mkv': ['SUBTITLES_SKIPPED'],
  'subtitles-pgs.mkv': ['SUBTITLES_SKIPPED'],
  'subtitles-dvb.ts': ['SUBTITLES_SKIPPED'],
};

const FAILURES: Partial<Readonly<Record<GeneratedClipName, FailureCode>>> = {
  'audio-with-cover.m4a': 'SOURCE_NO_VIDEO',
};

const NAMES = Object.keys(GENERATED_CLIPS) as GeneratedClipName[];

describe('every generated clip, through a whole stack', () => {
  let stack: TestStack;
  const jobs = new Map<string, string>();
  beforeAll(async () => {
    stack = await startStack();
    for (const name of NAMES) {
      const sourceUrl = pathToFileURL(await generatedClip(name)).href;
      const rung = { name: 'own', shortSide: 360, maxrateKbps: 2000, crf: 18, preset: 'veryfast' } as const;
      jobs.set(name, await stack.submit({ sourceUrl, ladder: [rung], segmentSeconds: 2 }));
    }
  }, 240_000);
  afterAll(() => stack.stop());

  it.each(NAMES)(
    '%s',
    async (name) => {
      const jobId = jobs.get(name) ?? '';
      const job = await stack.follow(jobId);
      const failure = FAILURES[name];
      if (failure !== undefined) {
        expect(job).toMatchObject({ status: 'failed', failure: { code: failure } });
        return;
      }
      expect(job.failure).toBeUndefined();
      expect(job.warnings.map(({ code }) => code)).toEqual(WARNINGS[name] ?? []);
      const expected: ExpectedOfClip = GENERATED_CLIPS[name].expected;
      const output = join(stack.home, 'store/jobs', jobId, 'output');
      await expectStarts(output);
      await expectPicture(name, expected, job, output);
      await expectSound(name, expected, job, output);
      const texts = job.renditions.filter(({ kind }) => kind === 'subtitles').map((text) => text.name);
      expect(texts).toEqual((expected.textSubtitles ?? []).map((language) => `subtitles-${language}`));
    },
    240_000,
  );
});

async function expectPicture(
  name: GeneratedClipName,
  expected: ExpectedOfClip,
  job: JobView,
  output: string,
): Promise<void> {
  const even = (length: number): number => Math.round(length / 2) * 2;
  const tree = await decodeTree(output);
  const [own] = tree.filter(({ kind }) => kind === 'video');
  expect(own).toMatchObject({ frames: expected.frames });
  expect([own?.width, own?.height]).toEqual([even(expected.displayWidth), even(expected.displayHeight)]);
  expect(own?.colour).toBe(`${coloursOf(expected).join(' ')} tv`);
  expect(own?.startSeconds).toBeCloseTo(ORIGIN_SECONDS, 5);
  expect(own?.spanSeconds).toBeCloseTo(expected.spanSeconds, 2);
  // Woven frames show no number of their own.
  if ((expected.scan ?? 'progressive') !== 'progressive') return;
  const playlist = join(output, `${job.renditions[0]?.name}/playlist.m3u8`);
  const { turnedDegrees, pictureStream = 0 } = expected;
  // The numbers were drawn before the turn, which is in our pictures as it is in a player's.
  const turned = turnedDegrees === undefined ? {} : { turnedDegrees };
  const shown = await withJoined(playlist, (file) => frameNumbers(file, turned));
  const source = await frameNumbers(await generatedClip(name), {
    stream: `0:v:${pictureStream}`,
    ...turned,
  });
  expect(shown).toEqual(source);
}

/** How the output is to be tagged: as the source is, where players know that; as they take small pictures, where it says nothing. */
function coloursOf({ colour }: ExpectedOfClip): readonly string[] {
  const [primaries = 'smpte170m', transfer = 'smpte170m', matrix = 'smpte170m'] = colour ?? [];
  const isCommon = ['bt709', 'smpte170m', 'bt470bg'].includes(matrix);
  return isCommon ? [primaries, transfer, matrix] : ['bt709', 'bt709', 'bt709'];
}

async function expectSound(
  name: GeneratedClipName,
  expected: ExpectedOfClip,
  job: JobView,
  output: string,
): Promise<void> {
  const profiles = job.audioProfiles.map(({ channels, language, isDefault }) => ({
    channels,
    ...(language === undefined ? {} : { language }),
    isDefault,
  }));
  expect(profiles).toEqual(
    expected.audio.map(({ channels, language, isDefault }, index) => ({
      channels: Math.min(2, channels),
      ...(language === undefined ? {} : { language }),
      isDefault: isDefault ?? index === 0,
    })),
  );
  if (job.audioProfiles.length === 0) return;
  const picture = join(output, `${job.renditions[0]?.name}/playlist.m3u8`);
  const flashes = await withJoined(picture, (file) => flashTimes(file));
  const source = await generatedClip(name);
  const sourceFlashes = await flashTimes(source, `0:v:${expected.pictureStream ?? 0}`);
  const sourceStart = sourceFlashes[0] ?? NaN;
  const start = flashes[0] ?? NaN;
  for (const [index, track] of job.audioProfiles.entries()) {
    const beeps = await withJoined(join(output, `${track.name}/playlist.m3u8`), (file) => beepTimes(file));
    const sourceBeeps = await beepTimes(source, `0:a:${index}`);
    // As they are in the source, from its first picture on.
    const wanted = sourceBeeps.map((at) => at - sourceStart).filter((at) => at > SYNC_SECONDS);
    const heard = beeps.map((at) => at - start).filter((at) => at > SYNC_SECONDS);
    expect(heard).toHaveLength(wanted.length);
    heard.forEach((at, beep) => expect(Math.abs(at - (wanted[beep] ?? NaN))).toBeLessThan(SYNC_SECONDS));
  }
  await expectSoundInPlace(source, job, output, { picture: `0:v:${expected.pictureStream ?? 0}` });
}
