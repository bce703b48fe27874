import { setInterval } from 'node:timers';
import type { TestStack } from '@framefold/testing';
import { cpuSeconds, descendants } from '../cpu-time.ts';

const SAMPLE_MS = 200;

/** The long-running processes of a stack. */
const PROCESSES = ['supervisor', 'temporal', 'control', 'encode'] as const;

/** CPU seconds that a stack spent. */
export interface StackCpu {
  readonly ffmpeg: number;
  /** By process; `tools` are sandboxes and probes. */
  readonly outside: Readonly<Record<(typeof PROCESSES)[number] | 'tools', number>>;
}

/**
 * Measures what a stack spends until the returned function is called.
 *
 * Encoders are sampled while they run: bubblewrap does not wait for the process that holds its sandbox, so that their
 * time never adds up in the worker's account of its children. What each spends after its last sample is lost, at most
 * 0.2 s: the share of what is outside looks larger than it is, never smaller.
 *
 * @param ffmpeg path of ffmpeg
 */
export async function measureCpu(stack: TestStack, ffmpeg: string): Promise<() => StackCpu> {
  const pids = await Promise.all(PROCESSES.map((name) => stack.pid(name)));
  const own = (): number[] => pids.map((pid) => cpuSeconds(pid)?.own ?? NaN);
  const worker = pids[PROCESSES.indexOf('encode')] ?? NaN;
  const spent = new Map<number, { isFfmpeg: boolean; seconds: number }>();
  const sample = (): void => {
    for (const { pid, program } of descendants(worker)) {
      const seconds = cpuSeconds(pid)?.own;
      // A process begins as a copy of the one that starts it, so its last name is the right one; it ends without any.
      const isFfmpeg = program === '' ? spent.get(pid)?.isFfmpeg === true : program === ffmpeg;
      if (seconds !== undefined) spent.set(pid, { isFfmpeg, seconds });
    }
  };
  const before = own();
  const timer = setInterval(sample, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    const [supervisor = NaN, temporal = NaN, control = NaN, encode = NaN] = own().map(
      (after, index) => after - (before[index] ?? NaN),
    );
    const sum = (isFfmpeg: boolean): number =>
      [...spent.values()]
        .filter((process) => process.isFfmpeg === isFfmpeg)
        .reduce((total, { seconds }) => total + seconds, 0);
    return { ffmpeg: sum(true), outside: { supervisor, temporal, control, encode, tools: sum(false) } };
  };
}
