import { type FieldIssue, fieldIssues } from '@framefold/domain';
import type { z } from 'zod';
import { ProblemError } from './problem-error.ts';

/** Fields that one answer names: a manifest may have ten thousand wrong ones. */
const MOST_FIELDS = 100;

/** The refusal of a document of which fields are wrong. */
export function validationProblem(issues: readonly FieldIssue[]): ProblemError {
  const errors = issues.slice(0, MOST_FIELDS);
  const sentences = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = issues.length > errors.length ? ` (and ${issues.length - errors.length} more)` : '';
  return new ProblemError('VALIDATION_FAILED', `The request is not valid: ${sentences.join('; ')}${more}.`, {
    errors,
  });
}

/**
 * What a client's document means.
 *
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function parseDocument<S extends z.ZodType>(schema: S, document: unknown): z.output<S> {
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw validationProblem(fieldIssues(parsed.error.issues));
  return parsed.data;
}
