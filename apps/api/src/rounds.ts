/** Time between two rounds where nothing else is said, in ms. */
const ROUND_MS = 1_000;

/** Work that is done again and again. */
export interface Rounds {
  /** Ends after the round in progress. */
  stop(): Promise<void>;
}

/**
 * Does a round of work again and again until it is stopped; a round that fails is told and followed by the next.
 *
 * @param pauseMs before each round
 */
export function startRounds(
  work: () => Promise<void>,
  onError: (error: unknown) => void,
  pauseMs = ROUND_MS,
): Rounds {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = work().catch(onError).finally(next);
    }, pauseMs);
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
