import { createWriteStream } from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@framefold/domain';
import { answerRange, validatorOf, type AnswerRange } from './answer-range.ts';
import { fetchPatiently } from './fetch-patiently.ts';
import type { GuardedFetch, WebAnswer } from './guarded-fetch.ts';
import { forgetPartial, notePartial, readPartial } from './partial-file.ts';

/** A server that breaks off so often in a row without a new byte will not deliver. */
const MAX_STALLS = 5;

export interface DownloadOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Told the size of the whole file before any byte of it is written, where the server knows it. */
  readonly onSize?: (totalBytes: number) => Promise<void>;
  /** Called with the number of bytes that are there, earlier tries included. */
  readonly onProgress?: (receivedBytes: number) => void;
  /** Pauses before the server is asked again after it was busy; by default 0.5, 1 and 2 s. */
  readonly pausesSeconds?: readonly number[];
}

/**
 * Downloads a URL into a file. A further call goes on where the one before broke off, if the server says that the file
 * is the same; a note beside the file keeps what that takes.
 *
 * @returns the file's size in bytes
 * @throws {CodedError} SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, SOURCE_UNREACHABLE, SOURCE_EMPTY and SOURCE_LIMIT_EXCEEDED;
 * SOURCE_INTERRUPTED when it broke off in the middle: call again; STORE_FULL when the disk is. What `onSize` throws; the signal's reason.
 */
export async function downloadTo(
  guardedFetch: GuardedFetch,
  url: URL,
  file: string,
  options: DownloadOptions,
): Promise<number> {
  const before = await readPartial(file, url);
  const resumable = before.validator !== undefined && before.sizeBytes > 0;
  const answer = await fetchPatiently(guardedFetch, url, {
    signal: options.signal,
    headers: resumable ? { range: `bytes=${before.sizeBytes}-`, 'if-range': before.validator ?? '' } : {},
    pausesSeconds: options.pausesSeconds ?? [0.5, 1, 2],
  });
  const range = answerRange(answer, resumable ? before.sizeBytes : 0);
  if (range === undefined) {
    answer.body.destroy();
    if (!resumable) {
      throw new CodedError('SOURCE_UNREACHABLE', `The server answers ${answer.status} instead of the file.`);
    }
    // The file is another one by now, or the server can't do ranges after all.
    await forgetPartial(file);
    return downloadTo(guardedFetch, url, file, options);
  }
  const validator = validatorOf(answer) ?? (range.startBytes > 0 ? before.validator : undefined);
  const note = (mostBytes: number, stalls: number): Promise<void> =>
    notePartial(file, url, {
      ...(validator === undefined ? {} : { validator }),
      mostBytes,
      stalls,
      sizeBytes: 0,
    });
  let received = range.startBytes;
  try {
    refuseTooLarge(range.totalBytes ?? 0, options.maxBytes);
    if (range.totalBytes !== undefined) await options.onSize?.(range.totalBytes);
    await note(before.mostBytes, before.stalls);
    await receive(answer, file, range, options, (bytes) => (received = bytes));
  } catch (error) {
    answer.body.destroy();
    options.signal.throwIfAborted();
    if (error instanceof CodedError) throw error;
    if (codeOf(error) === 'ENOSPC') throw new CodedError('STORE_FULL', 'The disk for downloads is full.');
    const stalls = received > before.mostBytes ? 0 : before.stalls + 1;
    await note(Math.max(received, before.mostBytes), stalls);
    throw interrupted(received, stalls, error);
  }
  if (received === 0) throw new CodedError('SOURCE_EMPTY', 'The URL holds no bytes.');
  await forgetPartial(file);
  return received;
}

async function receive(
  answer: WebAnswer,
  file: string,
  { startBytes, totalBytes }: AnswerRange,
  { maxBytes, signal, onProgress }: DownloadOptions,
  onBytes: (receivedBytes: number) => void,
): Promise<void> {
  // The body of a 416 is a text about the error.
  const body = answer.status === 416 ? Readable.from([]) : answer.body;
  // A body that stands still would hold up the abort: only its own end wakes who waits for it.
  const chunks: AsyncIterable<Buffer> = addAbortSignal(signal, body);
  let received = startBytes;
  let broken: { readonly error: unknown } | undefined;
  const count = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of chunks) {
        received += chunk.length;
        refuseTooLarge(received, maxBytes);
        onBytes(received);
        onProgress?.(received);
        yield chunk;
      }
    } catch (error) {
      // The file ends here in good order: what has come so far is kept for the next try.
      broken = { error };
    }
  };
  await pipeline(count(), createWriteStream(file, { flags: startBytes > 0 ? 'a' : 'w' }));
  if (broken !== undefined) throw broken.error;
  if (totalBytes !== undefined && received !== totalBytes)
    throw new Error(`${totalBytes} bytes were announced.`);
}

function refuseTooLarge(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new CodedError('SOURCE_LIMIT_EXCEEDED', `The source has more than the allowed ${maxBytes} bytes.`, {
    sizeBytes,
  });
}

function interrupted(received: number, stalls: number, error: unknown): CodedError {
  const detail = { received, cause: String(error) };
  return stalls < MAX_STALLS
    ? new CodedError('SOURCE_INTERRUPTED', `The download broke off after ${received} bytes.`, detail)
    : new CodedError('SOURCE_UNREACHABLE', `The download breaks off at ${received} bytes each time.`, detail);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
