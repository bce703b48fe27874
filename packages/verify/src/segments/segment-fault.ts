import { MalformedMediaError } from '@framefold/media';
import { fault, type Finding, type FindingCode } from '../findings.ts';
import type { FilePart, TreeReader } from '../tree-reader.ts';

/** Something about one file that keeps it from being measured. */
export class SegmentFault extends Error {
  override readonly name = 'SegmentFault';
  constructor(
    readonly code: FindingCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The finding that an error stands for.
 *
 * @param unreadable the code for bytes that are not as their format says
 * @throws what is no fault of the file
 */
export function findingOf(error: unknown, unreadable: FindingCode, where: string): Finding {
  if (error instanceof SegmentFault) return fault(error.code, where, error.message);
  if (error instanceof MalformedMediaError) return fault(unreadable, where, error.message);
  // Readers of boxes and packets run over the end of what is cut short.
  if (error instanceof RangeError) return fault(unreadable, where, 'Its boxes are cut short.');
  throw error;
}

/**
 * The length of a file or part.
 *
 * @throws {SegmentFault} when it is not there, or not all of it
 */
export async function sizeOfPart(reader: TreeReader, { uri, range }: FilePart): Promise<number> {
  const fileBytes = await reader.sizeOf(uri);
  if (fileBytes === undefined) throw new SegmentFault('FILE_MISSING', `${uri} is not there.`);
  if (range === undefined) return fileBytes;
  if (range.end > fileBytes) {
    const message = `Its bytes ${range.start} to ${range.end} are not in ${uri}, which has ${fileBytes}.`;
    throw new SegmentFault('RANGE_OUTSIDE_FILE', message);
  }
  return range.end - range.start;
}
