import { BadCursorError } from './catalogue.ts';

/** Where a page of jobs ends: the sort key of its last job. */
export interface PageEnd {
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly jobId: string;
}

/** The form of a cursor. Any text of this form is a place in the list, so that what is described is what is taken. */
export const CURSOR_FORM = /^(\d{1,16})\.([\w-]{1,64})$/;

/** The page's end as clients hand it back; what it says is no promise to them. */
export function toCursor({ createdAt, jobId }: PageEnd): string {
  return `${createdAt}.${jobId}`;
}

/** @throws {BadCursorError} for anything that {@link toCursor} did not make */
export function fromCursor(cursor: string): PageEnd {
  const [, createdAt, jobId] = CURSOR_FORM.exec(cursor) ?? [];
  if (createdAt === undefined || jobId === undefined)
    throw new BadCursorError('The cursor is not one of this list.');
  return { createdAt: Number(createdAt), jobId };
}
