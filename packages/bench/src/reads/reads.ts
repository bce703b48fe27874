import { median } from '@framefold/domain';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalogue } from '@framefold/platform';
import { freePorts, startControl } from '@framefold/testing';
import autocannon from 'autocannon';
import type { Bench, BenchOptions, Verdict } from '../bench.ts';
import { fill, jobId } from '../catalogue/fill.ts';
import { cpuSeconds } from '../cpu-time.ts';

const JOBS = 1_000;
const LEAST_PER_SECOND = 2_000;
const MOST_P99_MS = 50;

const CONNECTIONS = 20;
const WARM_UP_SECONDS = 5;
const SECONDS = 15;

/** Ports of a stack. */
const PORTS = 6;

interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly failed: number;
}

/** What the jobs are that are looked at. */
const MIXES = {
  'nine of ten complete': undefined,
  // Each of them is told its place in the queue.
  'all of them waiting': () => [],
} as const;

/** Looks at jobs through the real API, which has no Temporal behind it: none of them can have asked it. */
export const reads: Bench = {
  description: `GET /api/jobs/:id with ${JOBS.toLocaleString('en')} jobs known, ${Object.keys(MIXES).join(', or ')}, and no Temporal running`,
  run,
};

async function run(options: BenchOptions): Promise<Verdict> {
  const figures: Record<string, unknown> = { bounds: { perSecond: LEAST_PER_SECOND, p99Ms: MOST_P99_MS } };
  let passed = true;
  for (const [mix, restOf] of Object.entries(MIXES)) {
    options.report(`${JOBS.toLocaleString('en')} jobs, ${mix}:`);
    const rounds = await look(restOf, options);
    const perSecond = median(rounds.map((round) => round.perSecond));
    const p99Ms = median(rounds.map((round) => round.p99Ms));
    passed &&=
      perSecond >= LEAST_PER_SECOND && p99Ms < MOST_P99_MS && rounds.every(({ failed }) => failed === 0);
    figures[mix] = rounds;
    options.report(
      `${perSecond.toFixed(0)} a second (at least ${LEAST_PER_SECOND}), p99 ${p99Ms} ms (under ${MOST_P99_MS}); medians of ${options.pairs}`,
    );
  }
  return { passed, figures };
}

async function look(restOf: Parameters<typeof fill>[3], { pairs, report }: BenchOptions): Promise<Round[]> {
  const home = await mkdtemp(join(tmpdir(), 'framefold-bench-reads-'));
  try {
    const filled = await openCatalogue({ folder: join(home, 'catalogue') });
    await fill(filled, JOBS, report, restOf);
    await filled.close();
    const control = await startControl(home, await freePorts(PORTS));
    try {
      const measure = async (duration: number) =>
        await autocannon({
          url: control.origin,
          connections: CONNECTIONS,
          duration,
          requests: Array.from({ length: JOBS }, (_, index) => ({ path: `/api/jobs/${jobId(index)}` })),
        });
      await measure(WARM_UP_SECONDS);
      const rounds: Round[] = [];
      for (let round = 1; round <= pairs; round += 1) {
        const before = cpuSeconds(control.pid)?.own ?? NaN;
        const { requests, latency, non2xx, errors } = await measure(SECONDS);
        const cpuMs = (1000 * ((cpuSeconds(control.pid)?.own ?? NaN) - before)) / requests.total;
        const failed = non2xx + errors;
        rounds.push({ perSecond: requests.average, p50Ms: latency.p50, p99Ms: latency.p99, cpuMs, failed });
        report(
          `Round ${round}: ${requests.average.toFixed(0)} a second, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${cpuMs.toFixed(2)} ms of processor a request, ${failed} failed`,
        );
      }
      return rounds;
    } finally {
      await control.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
