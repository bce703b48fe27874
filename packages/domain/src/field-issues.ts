import type { z } from 'zod';

/** What is wrong with one field of a client's document. */
export interface FieldIssue {
  /** Where the field is, its parts joined by dots, e.g. `ladder.0.crf`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  /** Said of a value that has the form it should have, and is refused by a rule for which JSON Schema has no words. */
  readonly rule?: true;
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
      // The one alternative whose outer form fits complains about something inside of it, or by a rule.
      const meant = issue.errors.find((alternative) =>
        alternative.every((one) => one.path.length > 0 || one.code === 'custom'),
      );
      if (meant !== undefined) return fieldIssues(meant, path);
    }
    if (issue.code === 'invalid_key') {
      // For names of fields that are a client's own OpenAPI 3.0 has no words either.
      const messages = issue.issues.map(({ message }) => `its name ${message}`);
      return messages.map((message) => ({ path: path.join('.'), message, rule: true as const }));
    }
    const rule = issue.code === 'custom' ? ({ rule: true } as const) : {};
    return [{ path: path.join('.'), message: issue.message, ...rule }];
  });
}
