import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type TranscodeRequestBody } from '@framefold/domain';
import {
  beepTimes,
  generatedClip,
  openBrowser,
  pictureStart,
  startStack,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';
import type { Browser } from 'playwright-core';
import { expectSoundInPlace, expectStarts, primingSeconds } from './av-offsets.ts';
import { playbackReport, watchPlayer } from './player-probe.ts';
import { soundOnsets } from './sync-probe.ts';

/** What sound may be off the picture at the start. */
const START_SECONDS = 0.001;
const HEIGHT = 90;

interface Case {
  readonly what: string;
  readonly clip: GeneratedClipName;
  /** Whether the first beep is where the picture begins. */
  readonly beepsAtZero: boolean;
  readonly request?: Omit<TranscodeRequestBody, 'sourceUrl' | 'ladder'>;
  /** Chromium without a GPU plays no HEVC. */
  readonly codec?: 'vp9' | 'av1';
}

const CASES: readonly Case[] = [
  { what: 'nothing out of the ordinary', clip: 'mono.mp4', beepsAtZero: true },
  { what: 'late sound', clip: 'audio-late.mp4', beepsAtZero: false },
  { what: 'packets before time zero', clip: 'negative-preroll.mp4', beepsAtZero: false },
  { what: 'MPEG-TS from ten minutes on', clip: 'start-600s.ts', beepsAtZero: true },
  { what: 'sound of 44.1 kHz', clip: 'audio-44-1.mp4', beepsAtZero: true },
  { what: 'VP9', clip: 'mono.mp4', beepsAtZero: true, codec: 'vp9' },
  { what: 'AV1', clip: 'mono.mp4', beepsAtZero: true, codec: 'av1' },
  { what: 'Opus', clip: 'mono.mp4', beepsAtZero: true, request: { audio: { codec: 'opus' } } },
];

describe('picture and sound by boxes, libavformat and Chromium', () => {
  let stack: TestStack;
  let browser: Browser;
  const jobs = new Map<string, string>();
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    for (const { what, clip, request = {}, codec = 'h264' } of CASES) {
      const rung = { name: 'only', shortSide: HEIGHT, maxrateKbps: 500, preset: 'veryfast', codec } as const;
      const sourceUrl = pathToFileURL(await generatedClip(clip)).href;
      jobs.set(what, await stack.submit({ sourceUrl, ladder: [rung], segmentSeconds: 1, ...request }));
    }
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, 60_000);

  it.each(CASES)(
    'start together, and stay so: $what',
    async ({ what, clip, beepsAtZero, request = {} }) => {
      const jobId = jobs.get(what) ?? '';
      const job = await stack.follow(jobId);
      expect(job).toMatchObject({ status: 'completed' });
      const source = await generatedClip(clip);
      const output = join(stack.home, 'store', storeKeys.output(jobId));
      await expectStarts(output);
      await expectSoundInPlace(source, job, output);

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
      expect(Math.abs(picture?.start ?? NaN)).toBeLessThan(START_SECONDS);
      const priming = primingSeconds(request.audio?.codec === 'opus' ? 'Opus' : undefined);
      const lead = -(sound?.start ?? NaN);
      expect(Math.min(Math.abs(lead), Math.abs(lead - priming))).toBeLessThan(START_SECONDS);

      // As sound comes out: the first beep is at time zero, and the next must be as much later as they are apart.
      if (beepsAtZero) expect(Math.abs((onsets[1] ?? NaN) - (beeps[0] ?? NaN))).toBeLessThan(START_SECONDS);
      await page.close();
    },
    120_000,
  );
});
