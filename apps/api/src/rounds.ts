/** Time between two rounds, in ms. */
const ROUND_MS = 1_000;

/** Work that is done again and again. */
export interface Rounds {
  /** Ends after the round in progress. */
  stop(): Promise<void>;
}

/**
 * Does a round of work about once a second until it is stopped; a round that fails is told and followed by the next.
 */
export function startRounds(work: () => Promise<void>, onError: (error: unknown) => void): Rounds {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = work().catch(onError).finally(next);
    }, ROUND_MS);
  };
  next();
  return {
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
