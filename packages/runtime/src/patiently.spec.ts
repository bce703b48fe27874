import { patiently } from './patiently.ts';

const signal = new AbortController().signal;
const ignore = (): void => undefined;

describe('patiently', () => {
  it('tries again until it works', async () => {
    const failures: unknown[] = [];
    let calls = 0;
    const attempt = async (): Promise<string> => {
      calls += 1;
      if (calls === 1) throw new Error('not up yet');
      return 'up';
    };
    expect(
      await patiently(attempt, { forMs: 10_000, signal, onRetry: (error) => failures.push(error) }),
    ).toBe('up');
    expect(failures).toEqual([new Error('not up yet')]);
  });

  it('throws the failure when time is up', async () => {
    const attempt = () => Promise.reject(new Error('never up'));
    await expect(patiently(attempt, { forMs: 0, signal, onRetry: ignore })).rejects.toThrow('never up');
  });

  it('stops at once when it is told to', async () => {
    const stop = new AbortController();
    const attempt = () => Promise.reject(new Error('not up yet'));
    await expect(
      patiently(attempt, { forMs: 60_000, signal: stop.signal, onRetry: () => stop.abort() }),
    ).rejects.toThrow('aborted');
  });
});
