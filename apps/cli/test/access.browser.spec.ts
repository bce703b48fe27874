import { clipPath, framefold, openBrowser, startStack, type TestStack } from '@framefold/testing';
import type { Browser } from 'playwright-core';

describe('the play page of a stack that needs keys', () => {
  let stack: TestStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ FRAMEFOLD_KEYS: 'required' }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('asks for one, refuses a wrong one, and plays with the right one', async () => {
    const command = async (...args: string[]) => (await framefold(args, stack.env)).stdout.trim();
    const key = await command('keys', 'create', '--scope', 'read');
    const jobId = await command('submit', clipPath('portrait.mp4'), '--ladder', '360p');
    await command('status', jobId, '--follow', '--quiet');

    const page = await browser.newPage();
    await page.goto(`${stack.apiUrl}/play/${jobId}`);
    for (const tried of ['ff_wrong', key]) {
      await page.locator('#key').waitFor();
      await page.locator('#key').fill(tried);
      await page.locator('#access button').click();
      if (tried !== key) await page.locator('#message').getByText('The API key is not valid.').waitFor();
    }
    await page.locator('#status').getByText('completed').waitFor();
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      if (video === null) return false;
      video.muted = true;
      void video.play();
      return video.currentTime > 0.5;
    });
    expect(await page.locator('#access').isVisible()).toBe(false);
    expect(await page.locator('#manifest').isVisible()).toBe(false);
    await page.reload();
    await page.locator('#status').getByText('completed').waitFor();
    await page.close();
  }, 180_000);
});
