import { BadCursorError } from './catalogue.ts';

/** Where a page of a list ends: the sort key of its last entry. */
export interface PageEnd {
  /** ms since the epoch. */
  readonly at: number;
  readonly id: string;
}

/** The form of a cursor. Any text of this form is a place in the list, so that what is described is what is taken. */
export const CURSOR_FORM = /^(\d{1,16})\.([\w-]{1,64})$/;

/** The page's end as clients hand it back; what it says is no promise to them. */
export function toCursor({ at, id }: PageEnd): string {
  return `${at}.${id}`;
}

/** @throws {BadCursorError} for anything that {@link toCursor} did not make */
export function fromCursor(cursor: string): PageEnd {
  const [, at, id] = CURSOR_FORM.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw new BadCursorError('The cursor is not one of this list.');
  return { at: Number(at), id };
}
