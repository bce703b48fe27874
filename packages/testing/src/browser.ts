import { chromium, type Browser } from 'playwright-core';

/** A browser that makes no connection of its own accord, and sees nothing of earlier runs. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts the set-up's Chromium without a window, in a fresh profile.
 *
 * @throws {Error} when tests were not started through the set-up
 */
export async function openBrowser(): Promise<Browser> {
  // Framefold itself never starts a browser, so this is not part of its configuration.
  const executablePath = process.env.FRAMEFOLD_CHROMIUM;
  if (executablePath === undefined || executablePath === '') {
    throw new Error('FRAMEFOLD_CHROMIUM is not set; run the tests by npm test.');
  }
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
}
