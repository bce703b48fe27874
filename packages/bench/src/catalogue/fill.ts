import type { JobEvent, NewEvent } from '@framefold/domain';
import type { Catalogue } from '@framefold/platform';
import { CANCELLED, FAILED, submitted, until } from './sample-log.ts';

/** Time between two submissions, in ms. */
export const SPACING_MS = 1_000;

/** Users that take turns. */
const USERS = 50;

/** Jobs of one batch. */
export const BATCH_JOBS = 10_000;

/** Jobs that one transaction takes. */
const BLOCK = 200;

/** The id of the nth job, from 0: the newest has the highest. */
export const jobId = (index: number): string => `01936b2e-0000-7000-8000-${String(index).padStart(12, '0')}`;

/**
 * Fills a catalogue with jobs: all have one label, one in a thousand has another.
 *
 * @param report takes a line every tenth of the way
 * @param restOf what happened to the nth job after its submission; by default nine of ten are complete
 */
export async function fill(
  catalogue: Catalogue,
  count: number,
  report: (line: string) => void,
  restOf: (index: number) => readonly JobEvent[] = mixed,
): Promise<void> {
  for (let first = 0; first < count; first += BLOCK) {
    const block = Array.from({ length: Math.min(BLOCK, count - first) }, (_, offset) => first + offset);
    await catalogue.append(block.flatMap((index) => logOf(index, restOf(index))));
    if ((first + BLOCK) % (count / 10) === 0) report(`${first + BLOCK} jobs are in the catalogue.`);
  }
}

function logOf(index: number, rest: readonly JobEvent[]): NewEvent[] {
  const first = submitted(`batch-${Math.floor(index / BATCH_JOBS)}`, {
    userId: `user-${index % USERS}`,
    labels: ['all', ...(index % 1_000 === 5 ? ['rare'] : [])],
  });
  return [first, ...rest].map((event, sequence) => ({
    ...{ jobId: jobId(index), stream: 'job', sequence, event: { ...event, at: index * SPACING_MS } },
  }));
}

function mixed(index: number): readonly JobEvent[] {
  // The oldest jobs are in a state of their own: to find them nothing may be looked through.
  if (index < 2) return until('SplittingStarted');
  const share = index % 100;
  if (share === 0) return [];
  if (share === 1) return until('TranscodingStarted');
  if (share === 2) return [CANCELLED];
  return share < 10 ? [...until('PlanFrozen'), FAILED] : until('JobCompleted');
}
