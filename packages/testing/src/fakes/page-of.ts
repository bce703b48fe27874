import { BadCursorError, CURSOR_FORM } from '@framefold/platform';

/** A page of a list in memory; its cursors are positions. */
export function pageOf<T>(
  all: readonly T[],
  cursor: string | undefined,
  limit: number,
): { readonly page: readonly T[]; readonly nextCursor?: string } {
  if (cursor !== undefined && !CURSOR_FORM.test(cursor))
    throw new BadCursorError('The cursor is not one of this list.');
  const from = Number.parseInt(cursor ?? '0', 10);
  const more = all.length > from + limit;
  return { page: all.slice(from, from + limit), ...(more ? { nextCursor: `${from + limit}.place` } : {}) };
}
