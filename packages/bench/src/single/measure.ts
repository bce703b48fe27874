import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import type { JobView } from '@framefold/domain';
import type { TestStack } from '@framefold/testing';
import { cpuSeconds } from '../cpu-time.ts';
import { ladderArgv, type Ladder } from './ladder-argv.ts';
import { measureCpu, type StackCpu } from './stack-cpu.ts';

/** One ladder made by one ffmpeg. */
export interface PlainRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** One ladder made by Framefold. */
export interface FramefoldRun {
  /** From submission to completion as the job tells, and as its client sees it. */
  readonly wallSeconds: number;
  readonly clientSeconds: number;
  readonly cpu: StackCpu;
  readonly job: JobView;
}

/** Has one ffmpeg process make the ladder into a folder that is thrown away. */
export async function runPlain(ffmpeg: string, ladder: Ladder, source: string): Promise<PlainRun> {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-bench-plain-'));
  const waitedFor = (): number => cpuSeconds(process.pid)?.children ?? NaN;
  try {
    const [startedAt, cpuBefore] = [Date.now(), waitedFor()];
    // Framefold's encoders give way to other work on the machine: so must this one, or the race is not even.
    await promisify(execFile)('nice', ['-n', '10', ffmpeg, ...ladderArgv(ladder, source, folder)]);
    return { wallSeconds: (Date.now() - startedAt) / 1000, cpuSeconds: waitedFor() - cpuBefore };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Has a running stack make a job of the source.
 *
 * @throws {Error} when the job does not complete
 */
export async function runFramefold(stack: TestStack, ffmpeg: string, source: string): Promise<FramefoldRun> {
  const stopMeasuring = await measureCpu(stack, ffmpeg);
  const startedAt = Date.now();
  const job = await stack.follow(await stack.submit({ sourceUrl: pathToFileURL(source).href }));
  const clientSeconds = (Date.now() - startedAt) / 1000;
  const cpu = stopMeasuring();
  if (job.status !== 'completed' || job.completedAt === undefined) {
    throw new Error(`The job ended as ${job.status}: ${job.error ?? 'no reason is known'}`);
  }
  return { wallSeconds: (job.completedAt - job.createdAt) / 1000, clientSeconds, cpu, job };
}
