import { BatchRequestBody, entryOfRow, MAX_BATCH_JOBS } from '@framefold/domain';
import { CsvError, parse } from 'csv-parse/sync';
import { ProblemError } from '../problem/problem-error.ts';
import { parseDocument } from '../problem/validation-problem.ts';
import type { BatchQuery } from './batch-schemas.ts';

/**
 * A manifest as a client sent it: JSON, or the text of a CSV file, of which the query says what a JSON body says itself.
 *
 * @throws {ProblemError} MALFORMED_CSV, VALIDATION_FAILED
 */
export function readManifest(body: unknown, { title, label = [], webhookUrl }: BatchQuery): BatchRequestBody {
  const document =
    typeof body === 'string' ? { title, labels: label, webhookUrl, jobs: entriesOf(body) } : body;
  return parseDocument(BatchRequestBody, document);
}

function entriesOf(csv: string): unknown[] {
  try {
    const rows = parse<Record<string, string>>(csv, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      // One more than there may be is enough to refuse them.
      to: MAX_BATCH_JOBS + 1,
    });
    return rows.map(entryOfRow);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ProblemError('MALFORMED_CSV', `The manifest is not CSV: ${error.message}.`);
  }
}
