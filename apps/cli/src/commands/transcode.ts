import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type FramefoldClient, FramefoldError, type Job } from '@framefold/client';
import { CommandError, faultLines, UsageError } from '../command-error.ts';
import { downloadTree } from '../download.ts';
import { connect } from '../connect.ts';
import type { ExitCode } from '../exit-code.ts';
import { followJob } from '../follow-job.ts';
import { interruptible, isAbort } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { patiently } from '../patience.ts';
import { type Reporter, reporterFor, type Voice } from '../reporter.ts';
import { requestOf, type RequestOptions } from '../request-options.ts';
import { slugOf } from '../slug.ts';
import { summaryLines } from '../summary.ts';
import { sendsFiles, uploadSources, uploadTools } from '../upload-sources.ts';
import { endOf } from './end-of.ts';

/** The options of `framefold transcode`. */
export interface TranscodeOptions extends RequestOptions, Voice {
  readonly output?: string;
}

/** Transcodes one source from submission to a verified folder, starting the stack if none runs. */
export async function transcode(
  source: string | undefined,
  options: TranscodeOptions,
  io: Io,
): Promise<ExitCode> {
  const request = requestOf(source, options, io.cwd);
  if (options.output !== undefined) refuseUsedFolder(resolve(io.cwd, options.output));
  const client = connect(io);
  const reporter = reporterFor(io, options);
  return await interruptible(io, async (signal) => {
    await startStackIfNeeded(client, io, reporter);
    signal.throwIfAborted();
    const idempotencyKey = randomUUID();
    const submitted = sendsFiles(options, io.loadConfig())
      ? await uploadSources(request, { client, ...uploadTools(io), pace: io.pace, reporter, signal })
      : request;
    // Without the signal: a job that is submitted but unknown to us could not be cancelled.
    const { jobId } = await patiently(
      () => client.jobs.submit(submitted, { idempotencyKey }),
      io.pace,
      reporter.note,
      signal,
    );
    const job = await followOrCancel(jobId, { client, io, reporter, signal });
    reporter.release();
    if (job.status !== 'completed') return endOf(job, io, options);
    const folder = resolve(io.cwd, options.output ?? join('output', `${slugOf(job.title)}-${job.id}`));
    await downloadTree({ client, job, folder, pace: io.pace, notice: reporter.note, signal });
    if (options.quiet === true && options.json !== true) {
      io.stdout.write(`${join(folder, job.output?.master ?? 'master.m3u8')}\n`);
    }
    summaryLines(job, folder, client.baseUrl).forEach((line) => reporter.note(line));
    return endOf(job, io, options);
  });
}

/** @throws {UsageError} when the folder is a file or holds something */
function refuseUsedFolder(folder: string): void {
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new UsageError(`--output: ${folder} can't be used: ${(error as Error).message}`, { cause: error });
  }
  if (entries.length > 0) throw new UsageError(`--output: ${folder} is not empty; name a new folder.`);
}

async function startStackIfNeeded(client: FramefoldClient, io: Io, reporter: Reporter): Promise<void> {
  // What runs elsewhere is not this command's to start.
  if (!io.loadConfig().api.isLocal || (await isReady(client))) return;
  reporter.note('Starting the stack (Temporal, API, workers) ...');
  await io.stack.ensureUp(io.loadConfig());
  reporter.note('The stack is running, and stays so that the links keep working; `npm run stop` stops it.');
}

async function isReady(client: FramefoldClient): Promise<boolean> {
  return client.call('get', '/readyz').then(
    () => true,
    () => false,
  );
}

interface Following {
  readonly client: FramefoldClient;
  readonly io: Io;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

async function followOrCancel(id: string, following: Following): Promise<Job> {
  const { client, io, reporter, signal } = following;
  try {
    return await followJob(client, id, { pace: io.pace, reporter, signal });
  } catch (error) {
    if (!signal.aborted || !isAbort(error)) throw error;
    await cancelQuietly(id, following);
    const job = await client.jobs.get(id);
    // It ended by itself a moment before. Whoever pressed Ctrl-C does not want its output.
    if (job.status === 'completed') throw error;
    return job;
  }
}

async function cancelQuietly(id: string, { client, reporter }: Following): Promise<void> {
  reporter.release();
  reporter.note(`Cancelling job ${id} ...`);
  try {
    await client.jobs.cancel(id);
  } catch (error) {
    if (!(error instanceof FramefoldError)) throw error;
    if (error.status === 409) {
      reporter.note(faultLines(error).join('\n'));
      return;
    }
    const hint = `It may still run: \`framefold cancel ${id}\`.`;
    throw new CommandError(error.code, error.message, hint, { cause: error });
  }
}
