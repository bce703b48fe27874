import { median } from '@framefold/domain';
import { pathToFileURL } from 'node:url';
import { createResourceControl, type ResourceControl, type ResourceGroup } from '@framefold/platform';
import { requireTool, startStack, type TestStack, type WorkerProcess } from '@framefold/testing';
import type { Bench, BenchOptions, Verdict } from '../bench.ts';
import { benchSource, SOURCE_SECONDS } from '../single/source.ts';

/** How much faster four workers must be than one of them. */
const LEAST_SPEED_UP = 3.7;

const WORKERS = 4;
const CHUNKS = 24;

/** Of one core, for a worker and its encoders together: four of them fit on the smallest machine. */
const CPU_PERCENT = 25;

const LADDER = [{ name: '720p', shortSide: 720, maxrateKbps: 2800, crf: 22, preset: 'veryfast' }] as const;

/** One worker against four like it, each with a quarter of a core. */
export const pool: Bench = {
  description: `a job of ${CHUNKS} chunks on one worker and on ${WORKERS}, each held to a quarter of a core`,
  run,
};

interface Held {
  readonly worker: WorkerProcess;
  readonly group: ResourceGroup;
}

async function run({ pairs, report }: BenchOptions): Promise<Verdict> {
  const source = await benchSource(requireTool('ffmpeg'), report);
  const control = await createResourceControl();
  if (!control.holds.includes('cpu')) throw new Error(`This bench needs control groups: ${control.note}`);
  const stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  const media = await stack.startWorker({ roles: 'media' });
  const held: Held[] = [await startHeld(stack, control)];
  try {
    const ratios: number[] = [];
    for (let pair = 1; pair <= pairs; pair += 1) {
      while (held.length > 1) await stop(held.pop());
      const alone = await runJob(stack, source);
      while (held.length < WORKERS) held.push(await startHeld(stack, control));
      const together = await runJob(stack, source);
      ratios.push(alone / together);
      report(
        `Pair ${pair}: one ${alone.toFixed(1)} s, ${WORKERS} ${together.toFixed(1)} s, ratio ${(alone / together).toFixed(2)}`,
      );
    }
    const speedUp = median(ratios);
    const passed = speedUp >= LEAST_SPEED_UP;
    report(
      `${WORKERS} workers / one: ${speedUp.toFixed(2)} times as fast (median; at least ${LEAST_SPEED_UP})`,
    );
    return { passed, figures: { speedUp, ratios, bounds: { speedUp: LEAST_SPEED_UP } } };
  } finally {
    for (const one of held) await stop(one);
    media.kill('SIGTERM');
    await media.ended;
    await stack.stop();
  }
}

async function startHeld(stack: TestStack, control: ResourceControl): Promise<Held> {
  const group = await control.open({ cpuPercent: CPU_PERCENT });
  const worker = await stack.startWorker({
    roles: 'encode-cpu',
    env: { FRAMEFOLD_ENCODE_SLOTS: '1', FRAMEFOLD_LIVE_SLOTS: '0' },
    wrap: (argv) => group.enter(argv),
  });
  return { worker, group };
}

async function stop(held: Held | undefined): Promise<void> {
  held?.worker.kill('SIGTERM');
  await held?.worker.ended;
  await held?.group.close();
}

/** Seconds from submission to completion. */
async function runJob(stack: TestStack, source: string): Promise<number> {
  const jobId = await stack.submit({
    sourceUrl: pathToFileURL(source).href,
    ladder: [...LADDER],
    segmentSeconds: SOURCE_SECONDS / CHUNKS,
  });
  const job = await stack.follow(jobId);
  if (job.completedAt === undefined || job.status !== 'completed')
    throw new Error(`The job ended as ${job.status}: ${job.error}`);
  if (job.plan?.chunks !== CHUNKS) throw new Error(`The job has ${job.plan?.chunks} chunks.`);
  return (job.completedAt - job.createdAt) / 1000;
}
