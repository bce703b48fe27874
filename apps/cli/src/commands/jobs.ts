import type { FramefoldClient, JobState } from '@framefold/client';
import { isFileUrl, type TranscodeRequestBody } from '@framefold/domain';
import { UsageError } from '../command-error.ts';
import { connect } from '../connect.ts';
import { dryRunLines } from '../dry-run-lines.ts';
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
import { sendsFiles, uploadSources, uploadTools } from '../upload-sources.ts';
import { endOf } from './end-of.ts';

/** The options of `framefold submit`. */
interface SubmitOptions extends RequestOptions, Voice {
  readonly dryRun?: boolean;
}

/**
 * `framefold submit`: prints the new job's id, or with `json` the job; of a dry run, what the job would be, and the exit
 * code says whether it could be one.
 */
export async function submit(source: string | undefined, options: SubmitOptions, io: Io): Promise<ExitCode> {
  if (source === undefined && options.scenario === undefined)
    throw new UsageError('Name a file or a URL, or a --scenario.');
  const client = connect(io);
  const request = requestOf(source, options, io.cwd);
  if (options.dryRun === true) return dryRun(client, request, options, io);
  if (sendsFiles(options, io.loadConfig())) return submitUploaded(client, request, options, io);
  return printed(client, (await client.jobs.submit(request)).jobId, options, io);
}

async function dryRun(
  client: FramefoldClient,
  request: TranscodeRequestBody,
  options: SubmitOptions,
  io: Io,
): Promise<ExitCode> {
  const isFile = isFileUrl(request.sourceUrl ?? '');
  if (options.upload === true || (isFile && sendsFiles(options, io.loadConfig())))
    throw new UsageError('A dry run uploads nothing: `framefold upload FILE` prints a URL to try.');
  const told = await client.jobs.validate(request);
  const lines = options.json === true ? [JSON.stringify(told)] : dryRunLines(told);
  io.stdout.write(`${lines.join('\n')}\n`);
  return told.valid ? EXIT.ok : EXIT.failed;
}

async function submitUploaded(
  client: FramefoldClient,
  request: TranscodeRequestBody,
  options: Voice,
  io: Io,
): Promise<ExitCode> {
  // stdout is the id's.
  const reporter = reporterFor(io, { ...options, json: true });
  return interruptible(io, async (signal) => {
    const uploaded = await uploadSources(request, {
      client,
      ...uploadTools(io),
      pace: io.pace,
      reporter,
      signal,
    });
    reporter.release();
    return printed(client, (await client.jobs.submit(uploaded)).jobId, options, io);
  });
}

async function printed(client: FramefoldClient, id: string, options: Voice, io: Io): Promise<ExitCode> {
  if (options.json !== true) io.stdout.write(`${id}\n`);
  else
    io.stdout.write(
      `${JSON.stringify(
        await patiently(
          () => client.jobs.get(id),
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
  const client = connect(io);
  if (options.follow === true) {
    return await interruptible(io, async (signal) => {
      const reporter = reporterFor(io, options);
      return endOf(await followJob(client, id, { pace: io.pace, reporter, signal }), io, options);
    });
  }
  const job = await client.jobs.get(id);
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

/** The options of `framefold list`. */
interface ListOptions extends Voice {
  readonly status?: string;
  readonly user?: string;
  readonly label?: string;
  readonly batch?: string;
  readonly limit?: string;
}

/** `framefold list`: the newest jobs, as a table or as a JSON list in one line. */
export async function list(options: ListOptions, io: Io): Promise<ExitCode> {
  const { status: state, user, label, batch, limit } = options;
  const filter = {
    status: state,
    user,
    label,
    batch,
    limit: limit === undefined ? undefined : Number(limit),
  };
  const { jobs } = await connect(io).jobs.page(filter);
  io.stdout.write(options.json === true ? `${JSON.stringify(jobs)}\n` : `${jobTable(jobs).join('\n')}\n`);
  return EXIT.ok;
}

/** What a job is told, and how it stands then. */
type Steering = (
  jobs: FramefoldClient['jobs'],
) => Promise<{ readonly status: JobState; readonly paused?: boolean }>;

/** `framefold pause`, `resume`, `priority`, `redo` and `retry`: return when it is done. */
export async function steer(id: string, tell: Steering, io: Io): Promise<ExitCode> {
  const { status: state, paused } = await tell(connect(io).jobs);
  io.stdout.write(`Job ${id} is ${state}${paused === true ? ', paused' : ''}.\n`);
  return EXIT.ok;
}

/** `framefold cancel`: returns when nothing of the job runs any more. */
export async function cancel(id: string, io: Io): Promise<ExitCode> {
  const client = connect(io);
  await patiently(
    () => client.jobs.cancel(id),
    io.pace,
    (line) => void io.stderr.write(`${line}\n`),
  );
  io.stdout.write(`Job ${id} is cancelled.\n`);
  return EXIT.ok;
}
