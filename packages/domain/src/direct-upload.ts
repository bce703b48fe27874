import { z } from 'zod';
import { UploadRecord } from './upload.ts';

/**
 * What the store keeps of an upload whose bytes go straight there, until it is complete. Times are ms since the epoch.
 */
export const DirectUploadRecord = UploadRecord.omit({ completedAt: true }).extend({
  /** What the store calls the unfinished write of its content. */
  writeId: z.string(),
  expiresAt: z.number().int(),
});
export type DirectUploadRecord = z.infer<typeof DirectUploadRecord>;

/** A piece of a file that is uploaded by itself. */
export interface UploadPart {
  /** From 1 on. */
  readonly number: number;
  readonly sizeBytes: number;
}

/** Small enough that a broken line costs little, large enough that 10 GB are a few hundred requests. */
const PART_BYTES = 16 * 1024 ** 2;

/** Of one object (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const MOST_PARTS = 10_000;

/** The size of all parts of a file but the last, which has what is left: whole MiB, and never more than 10,000 parts. */
export function partBytesOf(sizeBytes: number): number {
  const least = Math.ceil(sizeBytes / MOST_PARTS / 1024 ** 2) * 1024 ** 2;
  return Math.max(PART_BYTES, least);
}

/**
 * The parts of a file that have not arrived in their size.
 *
 * @param arrived in any order; a part may be there more than once
 */
export function missingParts(sizeBytes: number, arrived: readonly UploadPart[]): UploadPart[] {
  const partBytes = partBytesOf(sizeBytes);
  const sizes = new Map(arrived.map((part) => [part.number, part.sizeBytes]));
  const missing: UploadPart[] = [];
  for (let start = 0, number = 1; start < sizeBytes; start += partBytes, number++) {
    const part = { number, sizeBytes: Math.min(partBytes, sizeBytes - start) };
    if (sizes.get(number) !== part.sizeBytes) missing.push(part);
  }
  return missing;
}
