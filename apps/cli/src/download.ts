import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { RECORD_FILES } from '@framefold/domain';
import { errorOfSilence, type FramefoldClient, FramefoldError, type Job } from '@framefold/client';
import { type ListedFile, parseChecksums } from './checksums.ts';
import { CommandError } from './command-error.ts';
import { type Pace, patiently } from './patience.ts';

const parallelDownloads = 8;
const listName = 'SHA256SUMS';

/** What to fetch, where to, and how. */
export interface Download {
  readonly client: FramefoldClient;
  readonly job: Pick<Job, 'id' | 'links'>;
  /** Absolute; must be absent or empty. */
  readonly folder: string;
  readonly pace: Pace;
  readonly notice: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Fetches a finished job's tree and checks every file against the tree's list of hashes. The folder appears whole,
 * by a rename at the end, or not at all.
 *
 * @throws {CommandError} OUTPUT_LIST_INVALID, OUTPUT_CHECKSUM_MISMATCH, OUTPUT_NOT_WRITTEN; {FramefoldError}; the signal's reason
 */
export async function downloadTree(download: Download): Promise<void> {
  const { folder } = download;
  const partial = join(dirname(folder), `.${basename(folder)}.${randomUUID().slice(0, 8)}.partial`);
  try {
    await mkdir(partial, { recursive: true });
    const list = await fetchList(download);
    await writeFile(join(partial, listName), list.text);
    // They stand outside the list.
    for (const path of RECORD_FILES) await waitFor(download, path);
    await fetchAll(download, partial, [...list.files, ...RECORD_FILES.map((path) => ({ path }))]);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw isSystemError(error)
      ? new CommandError('OUTPUT_NOT_WRITTEN', `The output can't be written: ${error.message}.`, undefined, {
          cause: error,
        })
      : error;
  }
}

async function fetchList({
  client,
  job,
  pace,
  notice,
  signal,
}: Download): Promise<{ text: string; files: ListedFile[] }> {
  const read = async (): Promise<string> => {
    const answer = await mediaOf(client, job, listName, signal);
    return answer.text().catch((error: unknown) => {
      signal.throwIfAborted();
      throw errorOfSilence(error, client.baseUrl);
    });
  };
  const text = await patiently(read, pace, notice, signal);
  const files = parseChecksums(text);
  if (files !== undefined) return { text, files };
  throw new CommandError('OUTPUT_LIST_INVALID', `${listName} of job ${job.id} is not a list of checksums.`);
}

/** The records are written from the log, and so a moment after the job's last event is to be seen. */
async function waitFor({ client, job, pace, notice, signal }: Download, path: string): Promise<void> {
  const deadline = Date.now() + pace.patienceMs;
  for (;;) {
    try {
      const answer = await patiently(() => mediaOf(client, job, path, signal), pace, notice, signal);
      return await answer.body?.cancel();
    } catch (error) {
      if (!(error instanceof FramefoldError && error.status === 404) || Date.now() > deadline) throw error;
    }
    await sleep(pace.pollMs, undefined, { signal });
  }
}

/** A file of a finished job's tree. The answer's body may still break off. */
function mediaOf(
  client: FramefoldClient,
  { id, links }: Download['job'],
  path: string,
  signal: AbortSignal,
): Promise<Response> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  // Where output is signed, one signature serves for all of a job, and playlists would be given with it inside.
  const { search } = new URL(links.manifest, client.baseUrl);
  const query = search === '' ? '' : `${search}&rewrite=no`;
  return client.request(`/media/${encodeURIComponent(id)}/${encoded}${query}`, { signal });
}

type WantedFile = Pick<ListedFile, 'path'> & Partial<ListedFile>;

async function fetchAll(download: Download, folder: string, files: readonly WantedFile[]): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(path)));
  for (const path of folders) await mkdir(join(folder, path), { recursive: true });
  const failure = new AbortController();
  const signal = AbortSignal.any([download.signal, failure.signal]);
  // One iterator for all: each takes the next file when it is done with one.
  const queue = files.values();
  const work = async (): Promise<void> => {
    for (const file of queue) await fetchFile({ ...download, signal }, folder, file);
  };
  const workers = Array.from({ length: parallelDownloads }, () =>
    work().catch((error: unknown) => {
      failure.abort(error); // the first reason stands, and ends the others
    }),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
}

async function fetchFile(
  { client, job, pace, notice, signal }: Download,
  folder: string,
  { path, sha256 }: WantedFile,
): Promise<void> {
  const read = async (): Promise<string> => {
    const answer = await mediaOf(client, job, path, signal);
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    // fetch's type of a stream and Node's differ in name only.
    const body = Readable.fromWeb((answer.body ?? new Blob([]).stream()) as ReadableStream);
    await pipeline(body, hashing, createWriteStream(join(folder, path)), { signal }).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        throw isSystemError(error) ? error : errorOfSilence(error, client.baseUrl);
      },
    );
    return hash.digest('hex');
  };
  const found = await patiently(read, pace, notice, signal);
  if (sha256 === undefined || found === sha256) return;
  throw new CommandError(
    'OUTPUT_CHECKSUM_MISMATCH',
    `${path} does not have the content that the job recorded (sha256 ${found}, not ${sha256}).`,
    `The tree of job ${job.id} in the store is damaged, or something changed it on the way; transcode again.`,
  );
}

/** An error of the file system, as opposed to one of the connection. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error;
}
