import { setTimeout as sleep } from 'node:timers/promises';
import { type FramefoldClient, hasEnded, type Job } from '@framefold/client';
import { type Pace, patiently } from './patience.ts';
import type { Reporter } from './reporter.ts';

/**
 * Shows a job until it has ended; an API that goes away for a while is waited for.
 *
 * @returns the ended job
 * @throws {FramefoldError}; the signal's reason
 */
export async function followJob(
  client: FramefoldClient,
  id: string,
  { pace, reporter, signal }: { pace: Pace; reporter: Reporter; signal: AbortSignal },
): Promise<Job> {
  for (;;) {
    const job = await patiently(
      () => client.jobs.get(id, { signal }),
      pace,
      (line) => reporter.note(line),
      signal,
    );
    reporter.show(job);
    if (hasEnded(job.status)) return job;
    await sleep(pace.pollMs, undefined, { signal });
  }
}
