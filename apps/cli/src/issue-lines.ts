import type { z } from 'zod';

/** One indented line for each thing that a schema found wrong, with its path. */
export function issueLines(issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[]): string[] {
  return issues.map(({ path, message }) => `  ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
}
