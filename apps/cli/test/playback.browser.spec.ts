import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipPath, openBrowser, startStack, type TestStack } from '@framefold/testing';
import type { Browser, Page } from 'playwright-core';
import { playbackReport, startToEnd, watchPlayer } from './player-probe.ts';

const FRAMES = 720;
const SECONDS = 30;
/** AAC begins with a block of silence, which players cut off where it lies before zero. */
const PRIMING_SECONDS = 1024 / 48_000;

describe('the play page in a browser', () => {
  let stack: TestStack;
  let browser: Browser;
  let jobId: string;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    jobId = await stack.submit({ sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href });
    expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it.each([480, 360])(
    'plays the %dp rendition to the end: every frame, no error, sound with the picture',
    async (height) => {
      const page = await browser.newPage();
      await withScreenshot(page, async () => {
        await page.addInitScript(watchPlayer, height);
        await page.goto(`${stack.apiUrl}/play/${jobId}`);
        await page.locator('#title').getByText('bunny-480p24-30s').waitFor();
        await page.locator('#status').getByText('completed').waitFor();
        await page.evaluate(startToEnd);

        const report = await page.evaluate(playbackReport);
        expect(report.errors).toEqual([]);
        expect(report.levelsPlayed).toEqual([height]);
        expect(report.pictureHeight).toBe(height);
        expect(report.decodedFrames).toBe(FRAMES);
        expect(report.currentTime).toBeCloseTo(SECONDS, 1);

        expect(report.playable).toHaveLength(1);
        expect(report.playable[0]?.start).toBeCloseTo(0, 1);
        expect(report.playable[0]?.end).toBeCloseTo(SECONDS, 1);

        const [picture] = report.buffered.video ?? [];
        const [sound] = report.buffered.audio ?? [];
        expect(report.buffered.video).toHaveLength(1);
        expect(report.buffered.audio).toHaveLength(1);
        expect(picture?.start).toBeCloseTo(0, 3);
        const lead = (picture?.start ?? NaN) - (sound?.start ?? NaN);
        expect(Math.min(Math.abs(lead), Math.abs(lead - PRIMING_SECONDS))).toBeLessThan(0.001);
      });
      await page.close();
    },
  );
});

/** Leaves a picture of the page behind, and says where, when the test fails. */
async function withScreenshot(page: Page, test: () => Promise<void>): Promise<void> {
  try {
    await test();
  } catch (error) {
    const path = join(await mkdtemp(join(tmpdir(), 'framefold-screenshot-')), 'page.png');
    await page.screenshot({ path, fullPage: true });
    if (error instanceof Error) error.message += `\n\nThe page at that moment: ${path}`;
    throw error;
  }
}
