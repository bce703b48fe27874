import { pathToFileURL } from 'node:url';
import { clipPath, openBrowser, startStack, type TestStack } from '@framefold/testing';
import type { Browser } from 'playwright-core';

describe('the play page of a job that runs', () => {
  let stack: TestStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ FRAMEFOLD_ENCODE_SLOTS: '1' }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('shows how it gets on as it happens, also when the service is killed, and then plays', async () => {
    const jobId = await stack.submit({
      sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
      segmentSeconds: 1,
      ladder: [
        { name: '240p', shortSide: 240, maxrateKbps: 400, preset: 'ultrafast' },
        { name: '120p', shortSide: 120, maxrateKbps: 200, preset: 'ultrafast' },
      ],
    });
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const events = (): string[] => asked.filter((path) => path === `/api/jobs/${jobId}/events`);
    await page.goto(`${stack.apiUrl}/play/${jobId}`);
    const message = page.locator('#message');
    await message.getByText(/^The job is transcoding: \d/).waitFor();
    const first = await message.textContent();
    await page.waitForFunction((before) => document.getElementById('message')?.textContent !== before, first);
    // One stream told all of it.
    expect(events()).toHaveLength(1);

    process.kill(await stack.pid('control'), 'SIGKILL');
    await message.getByText('The service does not answer.').waitFor();
    await message.getByText(/^The job is /).waitFor();
    expect(events().length).toBeGreaterThan(1);
    await page.locator('#status').getByText('completed').waitFor({ timeout: 120_000 });
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) > 1);
    await page.close();
  }, 240_000);
});
