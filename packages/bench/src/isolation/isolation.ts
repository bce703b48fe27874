import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttemptRecord, storeKeys, median } from '@framefold/domain';
import { clipPath, crashingFfmpeg, startStack, type TestStack } from '@framefold/testing';
import type { Bench, BenchOptions, Verdict } from '../bench.ts';

/** What a file that breaks its encoder may cost others. */
const MOST_DELAY_RATIO = 1.1;

const JOBS = 20;
const WORKERS = 4;

/** Attempts at a unit that breaks its encoder: the first and three retries. */
const ATTEMPTS = 4;

/** Twenty jobs with and without one beside them that makes its encoder crash each time. */
export const isolation: Bench = {
  description: `${JOBS} jobs, alone and beside a file that makes its encoder crash every time`,
  run,
};

async function run({ pairs, report }: BenchOptions): Promise<Verdict> {
  const stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  const { variables, source: crashing } = await crashingFfmpeg(join(stack.home, 'bench'));
  const env = { ...variables, FRAMEFOLD_ENCODE_SLOTS: '1', FRAMEFOLD_LIVE_SLOTS: '0' };
  const workers = [];
  for (let index = 0; index < WORKERS; index += 1) workers.push(await stack.startWorker({ env }));
  try {
    await runJobs(stack, 2);
    const ratios: number[] = [];
    let asPromised = true;
    for (let pair = 1; pair <= pairs; pair += 1) {
      const alone = await runJobs(stack, JOBS);
      const crashJob = await stack.submit({ sourceUrl: pathToFileURL(crashing).href, userId: 'crasher' });
      const beside = await runJobs(stack, JOBS);
      asPromised &&= await failedAsPromised(stack, crashJob, report);
      ratios.push(beside / alone);
      report(
        `Pair ${pair}: alone ${alone.toFixed(1)} s, beside it ${beside.toFixed(1)} s, ratio ${(beside / alone).toFixed(3)}`,
      );
    }
    const delay = median(ratios);
    const passed = asPromised && delay <= MOST_DELAY_RATIO;
    report(`Time to completion, beside / alone: ${delay.toFixed(3)} (median; at most ${MOST_DELAY_RATIO})`);
    return { passed, figures: { delay, ratios, asPromised, bounds: { delay: MOST_DELAY_RATIO } } };
  } finally {
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.ended));
    await stack.stop();
  }
}

/** Mean time to completion of so many jobs that are submitted together, in seconds. */
async function runJobs(stack: TestStack, count: number): Promise<number> {
  const sourceUrl = pathToFileURL(clipPath('portrait.mp4')).href;
  const ids = await Promise.all(Array.from({ length: count }, () => stack.submit({ sourceUrl })));
  const times = [];
  for (const id of ids) {
    const job = await stack.follow(id);
    if (job.status !== 'completed' || job.completedAt === undefined)
      throw new Error(`A job ended as ${job.status}: ${job.error}`);
    times.push((job.completedAt - job.createdAt) / 1000);
  }
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Whether the job failed by its encoder after its retries, each on another worker. */
async function failedAsPromised(
  stack: TestStack,
  jobId: string,
  report: (line: string) => void,
): Promise<boolean> {
  const { failure } = await stack.follow(jobId);
  const folder = join(stack.home, 'store', storeKeys.attempts(jobId));
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
  const all = await Promise.all(
    files.map(async (name) => AttemptRecord.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))),
  );
  // Picture and sound both break; the first to have had its retries fails the job.
  const byUnit = new Map(all.map(({ unit }) => [unit, all.filter((attempt) => attempt.unit === unit)]));
  const attempts = [...byUnit.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  const workers = new Set(attempts.map(({ workerId }) => workerId)).size;
  report(`The crashing job: ${failure?.code}, ${attempts.length} attempts on ${workers} workers`);
  return (
    failure?.code === 'ENCODER_CRASHED' &&
    attempts.length === ATTEMPTS &&
    workers === Math.min(ATTEMPTS, WORKERS)
  );
}
