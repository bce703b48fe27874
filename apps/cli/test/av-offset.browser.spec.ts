import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type TranscodeRequestBody } from '@framefold/domain';
import {
  beepTimes,
  clipPath,
  generatedClip,
  openBrowser,
  pictureStart,
  readSound,
  startStack,
  withJoined,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';
import type { Browser } from 'playwright-core';
import { expectSoundInPlace, expectStarts, ORIGIN_SECONDS } from './av-offsets.ts';
import { playbackReport, watchPlayer } from './player-probe.ts';
import { soundOnsets } from './sync-probe.ts';

/** What sound may be off the picture at the start. */
const START_SECONDS = 0.001;
const HEIGHT = 90;

interface Case {
  readonly what: string;
  readonly file: () => Promise<string>;
  /** Whether the first beep is where the picture begins. */
  readonly beepsAtZero: boolean;
  /** Whether there is nothing to be heard in its sound. */
  readonly isSilent?: true;
  readonly request?: Omit<TranscodeRequestBody, 'sourceUrl' | 'ladder'>;
  /** Chromium without a GPU plays no HEVC. */
  readonly codec?: 'vp9' | 'av1';
}

const CASES: readonly Case[] = [
  { what: 'nothing out of the ordinary', file: generated('mono.mp4'), beepsAtZero: true },
  { what: 'late sound', file: generated('audio-late.mp4'), beepsAtZero: false },
  { what: 'packets before time zero', file: generated('negative-preroll.mp4'), beepsAtZero: false },
  { what: 'MPEG-TS from ten minutes on', file: generated('start-600s.ts'), beepsAtZero: true },
  { what: 'sound of 44.1 kHz', file: generated('audio-44-1.mp4'), beepsAtZero: true },
  { what: 'VP9', file: generated('mono.mp4'), beepsAtZero: true, codec: 'vp9' },
  { what: 'AV1', file: generated('mono.mp4'), beepsAtZero: true, codec: 'av1' },
  { what: 'Opus', file: generated('mono.mp4'), beepsAtZero: true, request: { audio: { codec: 'opus' } } },
  {
    what: 'the first seconds of a film',
    file: real('bunny-480p24-30s.mp4'),
    beepsAtZero: false,
    request: { endSeconds: 3 },
  },
  { what: 'MPEG-TS of a real encoder', file: real('transport-stream.ts'), beepsAtZero: false },
  {
    what: 'a picture that an edit list moves',
    file: real('edit-list-positive-shift.mp4'),
    beepsAtZero: false,
    isSilent: true,
  },
];

function generated(name: GeneratedClipName): Case['file'] {
  return () => generatedClip(name);
}

function real(name: string): Case['file'] {
  return () => Promise.resolve(clipPath(name));
}

describe('picture and sound by boxes, libavformat and Chromium', () => {
  let stack: TestStack;
  let browser: Browser;
  const jobs = new Map<string, string>();
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    for (const { what, file, request = {}, codec = 'h264' } of CASES) {
      const rung = { name: 'only', shortSide: HEIGHT, maxrateKbps: 500, preset: 'veryfast', codec } as const;
      const sourceUrl = pathToFileURL(await file()).href;
      jobs.set(what, await stack.submit({ sourceUrl, ladder: [rung], segmentSeconds: 1, ...request }));
    }
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it.each(CASES)(
    'start together, and stay so: $what',
    async ({ what, file, beepsAtZero, isSilent = false, request = {} }) => {
      const jobId = jobs.get(what) ?? '';
      const job = await stack.follow(jobId);
      expect(job).toMatchObject({ status: 'completed' });
      const source = await file();
      const output = join(stack.home, 'store', storeKeys.output(jobId));
      await expectStarts(output);
      await expectSoundInPlace(source, job, output, { isSilent, endSeconds: request.endSeconds });

      // The page's policy would keep the recorder out.
      const page = await browser.newPage({ bypassCSP: true });
      await page.addInitScript(watchPlayer, HEIGHT);
      await page.goto(`${stack.apiUrl}/play/${jobId}`);
      await page.locator('video[src]').waitFor();
      // A user's gesture, without which pages make no sound.
      await page.locator('#title').click();

      const origin = await pictureStart(source);
      // One at the very start follows on no silence.
      const beeps = (await beepTimes(source)).map((at) => at - origin).filter((at) => at > 0.5);
      const onsets = await page.evaluate(soundOnsets, 2.2);
      const report = await page.evaluate(playbackReport);
      expect(report.errors).toEqual([]);

      // As the browser reads the times of the files.
      const [picture] = report.buffered.video ?? [];
      const [sound] = report.buffered.audio ?? [];
      expect([report.buffered.video?.length, report.buffered.audio?.length]).toEqual([1, 1]);
      // The appending ends at zero what begins before, AAC's priming and that of Opus: its end would show a shift.
      const track = join(output, job.audioProfiles[0]?.name ?? '', 'playlist.m3u8');
      const { samples, startSeconds } = await withJoined(track, (joined) =>
        readSound(joined, ORIGIN_SECONDS),
      );
      const soundEnd = startSeconds + samples.length / 48_000;
      const exactly = (seconds: number): unknown => expect.closeTo(seconds, 4);
      expect(picture?.start).toEqual(exactly(0));
      expect(sound).toEqual({ start: exactly(0), end: exactly(soundEnd) });

      // As sound comes out: the first beep is at time zero, and the next must be as much later as they are apart.
      if (beepsAtZero) expect(Math.abs((onsets[1] ?? NaN) - (beeps[0] ?? NaN))).toBeLessThan(START_SECONDS);
      await page.close();
    },
  );
});
