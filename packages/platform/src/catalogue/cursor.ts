import { BadCursorError } from './catalogue.ts';

/** Where a page of jobs ends: the sort key of its last job. */
export interface PageEnd {
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly jobId: string;
}

/** The page's end as clients hand it back; they must not look inside. */
export function toCursor({ createdAt, jobId }: PageEnd): string {
  return Buffer.from(`${createdAt} ${jobId}`).toString('base64url');
}

/** @throws {BadCursorError} for anything that {@link toCursor} did not make */
export function fromCursor(cursor: string): PageEnd {
  const [, createdAt, jobId] =
    /^(\d{1,16}) ([\w-]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined || jobId === undefined)
    throw new BadCursorError('The cursor is not one of this list.');
  return { createdAt: Number(createdAt), jobId };
}
