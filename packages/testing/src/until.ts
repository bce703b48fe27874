import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 50;

/** Looks again and again until `look` finds something, and returns that. The test's own time limit ends it. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(PAUSE_MS);
  }
}
