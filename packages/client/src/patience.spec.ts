import { FramefoldError } from './framefold-error.ts';
import { Patience } from './patience.ts';

const { jest } = import.meta;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const away = (retryAfterMs?: number) =>
  new FramefoldError('NOT_READY', 'Not yet.', { status: 503, retryAfterMs });

/** How long a wait takes on the clock that this spec turns, to the millisecond. */
async function lengthOf(wait: Promise<void>): Promise<number> {
  const from = Date.now();
  let isOver = false;
  const over = wait.then(() => (isOver = true));
  for (;;) {
    await jest.advanceTimersByTimeAsync(1);
    if (isOver) break;
  }
  await over;
  return Date.now() - from;
}

describe('patience', () => {
  it('waits longer each time, half of it by chance, up to eight seconds', async () => {
    const patience = new Patience(Infinity, undefined);
    for (const longest of [250, 500, 1000, 2000, 4000, 8000, 8000]) {
      const length = await lengthOf(patience.wait(away()));
      expect(length).toBeGreaterThanOrEqual(longest / 2);
      expect(length).toBeLessThanOrEqual(longest + 1);
    }
    patience.renew();
    expect(await lengthOf(patience.wait(away()))).toBeLessThanOrEqual(251);
  });

  it('waits at least as long as the API asks', async () => {
    expect(await lengthOf(new Patience(10_000, undefined).wait(away(3000)))).toBe(3000);
  });

  it.each<[string, unknown]>([
    ['a fault that stays', new FramefoldError('JOB_NOT_FOUND', 'No.', { status: 404 })],
    ['a fault of the program', new TypeError('undefined')],
    ['a wait beyond its end', away(10_001)],
  ])('does not wait for %s', async (_, error) => {
    await expect(new Patience(10_000, undefined).wait(error)).rejects.toBe(error);
  });

  it('counts from the first fault, and anew when the API was well', async () => {
    const patience = new Patience(5000, undefined);
    await lengthOf(patience.wait(away(3000)));
    await expect(patience.wait(away(3000))).rejects.toMatchObject({ code: 'NOT_READY' });
    patience.renew();
    expect(await lengthOf(patience.wait(away(3000)))).toBe(3000);
  });
});
