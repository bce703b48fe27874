import type { JobSummary } from '@framefold/domain';
import { columns, fit } from './format.ts';

const longestTitle = 40;

/** Jobs as a table, a line each under a heading. */
export function jobTable(jobs: readonly JobSummary[]): string[] {
  if (jobs.length === 0) return ['No jobs.'];
  const rows = jobs.map(({ id, status, progress, createdAt, userId, title }) => {
    const created = new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ');
    return [id, status, `${Math.floor(progress.percent)} %`, created, userId, fit(title, longestTitle)];
  });
  return columns([['JOB', 'STATUS', 'DONE', 'CREATED (UTC)', 'USER', 'TITLE'], ...rows]);
}
