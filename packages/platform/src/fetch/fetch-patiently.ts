import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@framefold/domain';
import { forbiddenReason, reasonOf } from './fetch-error.ts';
import type { GuardedFetch, WebAnswer } from './guarded-fetch.ts';

/** No further try after so long: a job with an unreachable source fails within seconds. */
const PATIENCE_MS = 9_000;

/** The server is there but busy, or the network stumbled. */
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
const PASSING_ERRORS = new Set(['EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

export interface PatientRequest {
  readonly signal: AbortSignal;
  /** With a `range` the source was there before, so that any failure to connect may pass. */
  readonly headers: Readonly<Record<string, string>>;
  readonly pausesSeconds: readonly number[];
}

/**
 * Asks for a source, again after a pause while that may help.
 *
 * @returns an answer with a status of 2xx, or 416
 * @throws {CodedError} SOURCE_FORBIDDEN, SOURCE_NOT_FOUND or SOURCE_UNREACHABLE; the signal's reason
 */
export async function fetchPatiently(
  guardedFetch: GuardedFetch,
  url: URL,
  { signal, headers, pausesSeconds }: PatientRequest,
): Promise<WebAnswer> {
  const startedAt = Date.now();
  const mayReturn = headers.range !== undefined;
  const pauses = [...pausesSeconds];
  for (;;) {
    const asked = await ask(guardedFetch, url, signal, headers);
    if ('answer' in asked) return asked.answer;
    const pauseSeconds = pauses.shift();
    const passing = asked.passing || mayReturn;
    if (!passing || pauseSeconds === undefined || Date.now() - startedAt > PATIENCE_MS) throw asked.fault;
    await sleep(pauseSeconds * 1000, undefined, { signal });
  }
}

type Asked = { readonly answer: WebAnswer } | { readonly fault: CodedError; readonly passing: boolean };

async function ask(
  guardedFetch: GuardedFetch,
  url: URL,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<Asked> {
  let answer: WebAnswer;
  try {
    answer = await guardedFetch(url, { signal, headers });
  } catch (error) {
    signal.throwIfAborted();
    return faultOfError(error);
  }
  if ((answer.status >= 200 && answer.status < 300) || answer.status === 416) return { answer };
  answer.body.destroy();
  if (answer.status === 404 || answer.status === 410) {
    throw new CodedError(
      'SOURCE_NOT_FOUND',
      `The server says that there is no such file (${answer.status}).`,
    );
  }
  return {
    fault: new CodedError('SOURCE_UNREACHABLE', `The server answers with status ${answer.status}.`),
    passing: PASSING_STATUS.has(answer.status),
  };
}

function faultOfError(error: unknown): Asked {
  const forbidden = forbiddenReason(error);
  if (forbidden !== undefined) throw new CodedError('SOURCE_FORBIDDEN', forbidden);
  const { code, sentence } = reasonOf(error);
  return {
    fault: new CodedError(
      'SOURCE_UNREACHABLE',
      `The server of the source cannot be reached (${code ?? sentence}).`,
    ),
    passing: code !== undefined && PASSING_ERRORS.has(code),
  };
}
