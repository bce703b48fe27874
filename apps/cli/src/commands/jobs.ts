import { randomUUID } from 'node:crypto';
import { ApiClient, type ListFilter } from '../api-client.ts';
import { UsageError } from '../command-error.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { followJob } from '../follow-job.ts';
import { interruptible } from '../interrupt.ts';
import { widthOf, type Io } from '../io.ts';
import { jobTable } from '../job-table.ts';
import { patiently } from '../patience.ts';
import { progressLines } from '../progress-view.ts';
import { humanStream, reporterFor, type Voice } from '../reporter.ts';
import { requestOf, type RequestOptions } from '../request-options.ts';
import { qualityLines } from '../summary.ts';
import { endOf } from './end-of.ts';

const clientOf = (io: Io): ApiClient => new ApiClient(`http://127.0.0.1:${io.loadConfig().ports.api}`);

/** `framefold submit`: prints the new job's id, or with `json` the job. */
export async function submit(
  source: string | undefined,
  options: RequestOptions & Voice,
  io: Io,
): Promise<ExitCode> {
  if (source === undefined && options.scenario === undefined)
    throw new UsageError('Name a file or a URL, or a --scenario.');
  const client = clientOf(io);
  const id = await client.submit(requestOf(source, options, io.cwd), randomUUID());
  if (options.json !== true) io.stdout.write(`${id}\n`);
  else
    io.stdout.write(
      `${JSON.stringify(
        await patiently(
          () => client.job(id),
          io.pace,
          () => undefined,
        ),
      )}\n`,
    );
  return EXIT.ok;
}

/** `framefold status`: the job as it is, or until it has ended. A Ctrl-C leaves the job alone. */
export async function status(
  id: string,
  options: Voice & { readonly follow?: boolean },
  io: Io,
): Promise<ExitCode> {
  const client = clientOf(io);
  if (options.follow === true) {
    return await interruptible(io, async (signal) => {
      const reporter = reporterFor(io, options);
      return endOf(await followJob(client, id, { pace: io.pace, reporter, signal }), io, options);
    });
  }
  const job = await client.job(id);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(job)}\n`);
    return EXIT.ok;
  }
  const stream = humanStream(io, options);
  const canvas = { now: Date.now(), width: widthOf(stream, 120), colors: stream.hasColors?.() ?? false };
  stream.write(`${[...progressLines(job, canvas), ...qualityLines(job)].join('\n')}\n`);
  endOf(job, io, options);
  return EXIT.ok;
}

/** `framefold list`: the newest jobs, as a table or as a JSON list in one line. */
export async function list(options: ListFilter & Voice, io: Io): Promise<ExitCode> {
  const jobs = await clientOf(io).list(options);
  io.stdout.write(options.json === true ? `${JSON.stringify(jobs)}\n` : `${jobTable(jobs).join('\n')}\n`);
  return EXIT.ok;
}

/** `framefold cancel`: returns when nothing of the job runs any more. */
export async function cancel(id: string, io: Io): Promise<ExitCode> {
  await clientOf(io).cancel(id);
  io.stdout.write(`Job ${id} is cancelled.\n`);
  return EXIT.ok;
}
