import type { Job } from '@framefold/client';
import { faultLines } from '../command-error.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

/** Says how a job ended and gives the exit code that stands for it; with `json`, the job is the last line of stdout. */
export function endOf(job: Job, io: Io, { json }: Voice): ExitCode {
  if (job.status === 'failed') {
    const failure = job.failure ?? { code: 'INTERNAL', message: job.error ?? 'The job failed.' };
    faultLines(failure).forEach((line) => io.stderr.write(`${line}\n`));
  }
  if (job.status === 'cancelled') io.stderr.write(`Job ${job.id} was cancelled.\n`);
  if (json === true) io.stdout.write(`${JSON.stringify(job)}\n`);
  switch (job.status) {
    case 'failed':
      return EXIT.failed;
    case 'cancelled':
      return EXIT.cancelled;
    case 'pending':
    case 'probing':
    case 'splitting':
    case 'transcoding':
    case 'merging':
    case 'completed':
      return EXIT.ok;
  }
}
