import { takesWork } from './encoder-pool.ts';
import type { JobView } from './job-view.ts';
import { WORKER_SILENCE_LIMIT_MS, type WorkerReport } from './worker-report.ts';

/** What a worker must be able to do for a job to go on. */
interface Need {
  /** As a job's reason says it: a media worker, an encode worker. */
  readonly worker: string;
  readonly taskQueue: string;
}

/** What the workers say of themselves. */
interface Workers {
  readonly reports: readonly WorkerReport[];
  /** Whether the reason may tell how they are. */
  readonly withStates: boolean;
}

/** Activities of a task queue that the workers can run at a time, as far as they take any. */
export function slotsOf(reports: readonly WorkerReport[], taskQueue: string, now: number): number {
  return reports
    .filter((report) => takesWork(report, taskQueue, now))
    .reduce((sum, { slots }) => sum + (slots[taskQueue] ?? 0), 0);
}

/**
 * Why nothing of a job runs, in words that go behind "waiting for": what its log alone can say, put more exactly by what
 * the workers say of themselves and by its place in the queue.
 *
 * @param jobsAhead 0 also where that is not known
 * @param now ms since the epoch
 */
export function whyItWaits(
  { waitingFor, paused }: Pick<JobView, 'waitingFor' | 'paused'>,
  { worker, taskQueue }: Need,
  { reports, withStates }: Workers,
  jobsAhead: number,
  now: number,
): string | undefined {
  if (waitingFor === undefined || paused) return waitingFor;
  if (slotsOf(reports, taskQueue, now) === 0) {
    if (!withStates) return `${worker}: none takes work now`;
    const there = reports.filter((report) => isThere(report, now) && report.queues.includes(taskQueue));
    if (there.length === 0) return `${worker}: none polls ${taskQueue}`;
    const states = [...new Set(there.map(({ status }) => status))].sort().join(', ');
    const isDiskLow = there.some(({ statusReasons }) =>
      statusReasons.some((reason) => reason.includes('disk')),
    );
    return `${worker}: those of ${taskQueue} take no work now (${states}${isDiskLow ? ', disk low' : ''})`;
  }
  if (jobsAhead === 0) return waitingFor;
  return `its turn: about ${jobsAhead} ${jobsAhead === 1 ? 'job is' : 'jobs are'} before it in the queue`;
}

function isThere({ lastHeartbeat }: WorkerReport, now: number): boolean {
  return now - lastHeartbeat <= WORKER_SILENCE_LIMIT_MS;
}
