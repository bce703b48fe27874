import type { Batch } from '@framefold/client';
import { JOB_STATES } from '@framefold/domain';
import { columns, fit } from './format.ts';

/** Failed jobs that are shown; the API lists all. */
const MOST_FAILURES = 20;

const longestTitle = 40;

/** A batch for people: how it stands, and why jobs failed. */
export function batchLines({ id, title, status, counts, progress, failures }: Batch): string[] {
  const inStates = JOB_STATES.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state}`,
  );
  const rows = failures
    .slice(0, MOST_FAILURES)
    .map(({ jobId, title: name, failure }) => [
      jobId,
      fit(name, longestTitle),
      `${failure.code}: ${failure.message}`,
    ]);
  const more = progress.failed - rows.length;
  return [
    `${title ?? 'Batch'} ${id}: ${status}, ${progress.percent} %`,
    `${progress.total} jobs: ${inStates.join(', ')}`,
    ...columns(rows),
    ...(more > 0 ? [`and ${more} more: framefold list --batch ${id} --status failed`] : []),
  ];
}

/** What has changed from one look at a batch to the next, a line each, for a log. */
export function batchChanges(former: Batch | undefined, batch: Batch): string[] {
  const { status, progress } = batch;
  const figures = `${status}, ${progress.percent} %, ${progress.completed} of ${progress.total} complete, ${progress.failed} failed`;
  const before = former?.progress;
  const same =
    former?.status === status &&
    before?.completed === progress.completed &&
    before.failed === progress.failed &&
    Math.floor(before.percent) === Math.floor(progress.percent);
  return same ? [] : [figures];
}
