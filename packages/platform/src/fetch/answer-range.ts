import type { WebAnswer } from './guarded-fetch.ts';

/** Which bytes of the file an answer's body brings: from `startBytes` to the end. */
export interface AnswerRange {
  readonly startBytes: number;
  /** The size of the whole file, where the server tells. */
  readonly totalBytes?: number;
}

/**
 * Reads which part of the file an answer brings.
 *
 * @param askedBytes where the asked range begins; 0 if none was asked for
 * @returns undefined when the answer does not fit the question
 */
export function answerRange({ status, header }: WebAnswer, askedBytes: number): AnswerRange | undefined {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(header('content-range') ?? '');
  const total = range?.[2] === undefined ? undefined : Number(range[2]);
  if (status === 416 && total === askedBytes && askedBytes > 0) {
    // All bytes came with the try before, which did not live to say so.
    return { startBytes: askedBytes, totalBytes: askedBytes };
  }
  if (status === 206 && askedBytes > 0 && Number(range?.[1]) === askedBytes && total !== undefined) {
    return { startBytes: askedBytes, totalBytes: total };
  }
  if (status === 200) {
    const length = header('content-length');
    // With an encoding the length counts other bytes than those that are received.
    const counts = length !== undefined && header('content-encoding') === undefined;
    return { startBytes: 0, ...(counts ? { totalBytes: Number(length) } : {}) };
  }
  return undefined;
}

/** What names this version of the file in `If-Range`: a strong ETag or a date. RFC 9110 section 13.1.5 */
export function validatorOf({ header }: WebAnswer): string | undefined {
  const etag = header('etag');
  return etag !== undefined && !etag.startsWith('W/') ? etag : header('last-modified');
}
