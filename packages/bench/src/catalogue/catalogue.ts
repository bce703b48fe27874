import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TENANT, median } from '@framefold/domain';
import { openCatalogue, type Catalogue, type JobFilter } from '@framefold/platform';
import type { Bench, BenchOptions, Verdict } from '../bench.ts';
import { percentile } from '../percentile.ts';
import { fill, SPACING_MS } from './fill.ts';
import { multiply } from './multiply.ts';

const JOBS = 100_000;

/** Jobs that are recorded event by event; the others are copies of them. */
const TEMPLATES = 1_000;

const PAGE = 50;

/** Looks at each page. */
const LOOKS = 200;

/** What a page may take, of a hundred looks ninety-nine, in ms. */
const MOST_MS = 50;

/** Pages of a list of many jobs, by every filter, at its beginning, in the middle and at its end. */
export const catalogue: Bench = {
  description: `pages of a list of ${JOBS.toLocaleString('en')} jobs, by every filter`,
  run,
};

async function run({ report }: BenchOptions): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-bench-catalogue-'));
  const small = await openCatalogue({ folder });
  await fill(small, TEMPLATES, report);
  await small.close();
  await multiply(folder, TEMPLATES, JOBS / TEMPLATES);
  const filled = await openCatalogue({ folder });
  try {
    report(`${JOBS.toLocaleString('en')} jobs are in the catalogue.`);
    const figures: Record<string, { medianMs: number; p99Ms: number }> = {};
    for (const [name, filter] of Object.entries(await filters(filled))) {
      const times = await timesOf(filled, filter);
      figures[name] = { medianMs: median(times), p99Ms: percentile(times, 99) };
      report(
        `${name.padEnd(32)} median ${median(times).toFixed(1).padStart(6)} ms, p99 ${percentile(times, 99).toFixed(1).padStart(6)} ms`,
      );
    }
    const passed = Object.values(figures).every(({ p99Ms }) => p99Ms < MOST_MS);
    report(`The slowest may take ${MOST_MS} ms (p99).`);
    return { passed, figures: { pages: figures, bounds: { p99Ms: MOST_MS } } };
  } finally {
    await filled.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timesOf(filled: Catalogue, filter: JobFilter): Promise<number[]> {
  const times = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const began = performance.now();
    await filled.list({ tenantId: DEFAULT_TENANT, ...filter });
    times.push(performance.now() - began);
  }
  return times;
}

async function filters(filled: Catalogue): Promise<Record<string, JobFilter>> {
  const half = (JOBS / 2) * SPACING_MS;
  const kinds: Record<string, Omit<JobFilter, 'limit'>> = {
    all: {},
    'status completed': { status: ['completed'] },
    'status failed': { status: ['failed'] },
    'status splitting (the oldest)': { status: ['splitting'] },
    'status failed,cancelled': { status: ['failed', 'cancelled'] },
    'status of all that run': { status: ['pending', 'probing', 'splitting', 'transcoding', 'merging'] },
    user: { userId: 'user-7' },
    'user unknown': { userId: 'nobody' },
    'user and status failed': { userId: 'user-7', status: ['failed'] },
    'label of all': { label: 'all' },
    'label of 100': { label: 'rare' },
    'label of none': { label: 'none' },
    'label of all, status failed': { label: 'all', status: ['failed'] },
    batch: { batchId: 'batch-3' },
    'batch and status failed': { batchId: 'batch-3', status: ['failed'] },
    time: { createdAfter: half - 1_000 * SPACING_MS, createdBefore: half },
  };
  const pages: Record<string, JobFilter> = {};
  for (const [name, filter] of Object.entries(kinds)) {
    pages[name] = { ...filter, limit: PAGE };
    for (const [place, createdBefore] of Object.entries({ middle: half, end: PAGE * SPACING_MS })) {
      const { nextCursor } = await filled.list({
        tenantId: DEFAULT_TENANT,
        ...filter,
        createdBefore,
        limit: 1,
      });
      if (nextCursor !== undefined)
        pages[`${name}, ${place}`] = { ...filter, cursor: nextCursor, limit: PAGE };
    }
  }
  return { ...pages, 'all, 200 a page': { limit: 200 } };
}
