import type { z } from 'zod';

/** What is wrong with one field of a client's document. */
export interface FieldIssue {
  /** Where the field is, its parts joined by dots, e.g. `ladder.0.crf`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/**
 * What Zod found wrong, field by field: unknown fields are named by their own paths, and of the ways in which a value
 * may be written the one is explained that the client seems to have meant (https://zod.dev/error-formatting).
 */
export function fieldIssues(
  issues: readonly z.core.$ZodIssue[],
  parent: readonly PropertyKey[] = [],
): FieldIssue[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }));
    }
    if (issue.code === 'invalid_union') {
      // The one alternative whose outer form fits complains about something inside of it.
      const meant = issue.errors.find((alternative) => alternative.every(isInside));
      if (meant !== undefined) return fieldIssues(meant, path);
    }
    return [{ path: path.join('.'), message: issue.message }];
  });
}

function isInside(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0;
}
