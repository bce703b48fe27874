import { z } from 'zod';
import { fieldIssues, type FieldIssue } from './field-issues.ts';
import { RequestFields, TranscodeRequestBody } from './request-body.ts';
import { TranscodeRequest } from './request.ts';

/** Jobs that one batch may hold. */
export const MAX_BATCH_JOBS = 10_000;

const { title, webhookUrl, labels } = TranscodeRequest.shape;

/** What a batch says of itself, beside its jobs. */
export const BatchHeader = z.strictObject({
  title: title.describe('A name for people'),
  labels: labels.describe(
    'Of the batch, and of each of its jobs beside their own; the limits are those of both together',
  ),
  webhookUrl: webhookUrl.describe('Called once, when the last job has ended'),
});
export type BatchHeader = z.infer<typeof BatchHeader>;

const fields = z.record(z.string(), z.unknown());

/** The fields of a job of a batch as a client writes them, before the batch's defaults are put in. */
export type BatchEntry = z.infer<typeof fields>;

const tooMany = `a batch holds at most ${MAX_BATCH_JOBS} jobs`;

/** The JSON body of `POST /api/batches`; its jobs are checked one by one, by {@link resolveEntry}. */
export const BatchRequestBody = BatchHeader.extend({
  defaults: fields.default({}),
  jobs: z.array(fields).min(1, 'a batch holds at least one job').max(MAX_BATCH_JOBS, tooMany),
});
export type BatchRequestBody = z.infer<typeof BatchRequestBody>;

/** {@link BatchRequestBody} with the fields of its jobs, for the description of the API. */
export const DescribedBatchRequest = BatchHeader.extend({
  defaults: RequestFields.optional().describe('Fields of every job that does not have them itself'),
  jobs: z.array(RequestFields).min(1).max(MAX_BATCH_JOBS),
});

/** A job of a batch, or what is wrong with it. */
export type ResolvedEntry =
  | { readonly ok: true; readonly request: TranscodeRequest }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/**
 * The request that an entry of a manifest stands for: its own fields over the batch's defaults, and the batch's labels
 * beside its own.
 *
 * @param index from 0, for the paths of what is wrong, such as `jobs[17].sourceUrl`
 */
export function resolveEntry(
  entry: BatchEntry,
  index: number,
  batch: Pick<BatchRequestBody, 'defaults' | 'labels'>,
): ResolvedEntry {
  const merged = { ...batch.defaults, ...entry };
  const { labels: own } = merged;
  // Labels that are no list are the entry's fault, which the schema names.
  const all = Array.isArray(own)
    ? [...new Set([...batch.labels, ...(own as unknown[])])]
    : (own ?? batch.labels);
  const parsed = TranscodeRequestBody.safeParse({ ...merged, labels: all });
  if (parsed.success) return { ok: true, request: parsed.data };
  const at = `jobs[${index}]`;
  return {
    ok: false,
    issues: fieldIssues(parsed.error.issues).map((issue) => ({
      ...issue,
      path: issue.path === '' ? at : `${at}.${issue.path}`,
    })),
  };
}

/** Columns whose cells are text even where they look like numbers. */
const TEXT_COLUMNS: ReadonlySet<string> = new Set(['sourceUrl', 'userId', 'webhookUrl', 'title']);

/**
 * A row of a CSV manifest as an entry. Its header names fields of a request, inner ones with a dot
 * (`resourceLimits.timeoutSec`). Empty cells say nothing; numbers, booleans, lists and objects are written as in JSON,
 * and labels are joined by semicolons.
 */
export function entryOfRow(row: Readonly<Record<string, string>>): BatchEntry {
  const filled = Object.entries(row).filter(([, cell]) => cell !== '');
  const outer = filled.filter(([column]) => !column.includes('.'));
  const inner = new Map<string, [string, unknown][]>();
  for (const [column, cell] of filled) {
    const dot = column.indexOf('.');
    if (dot < 0) continue;
    const [name, field] = [column.slice(0, dot), column.slice(dot + 1)];
    const value = name === 'metadata' ? cell : valueOf(field, cell);
    inner.set(name, [...(inner.get(name) ?? []), [field, value]]);
  }
  return Object.fromEntries([
    ...outer.map(([column, cell]): [string, unknown] => [column, valueOf(column, cell)]),
    ...[...inner].map(([name, members]): [string, unknown] => [name, Object.fromEntries(members)]),
  ]);
}

function valueOf(column: string, cell: string): unknown {
  if (TEXT_COLUMNS.has(column)) return cell;
  if (column === 'labels')
    return cell
      .split(';')
      .map((label) => label.trim())
      .filter(Boolean);
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
