import { median } from '@framefold/domain';
import { clipPath, requireTool, startStack } from '@framefold/testing';
import type { Bench, BenchOptions, Verdict } from '../bench.ts';
import type { Ladder } from './ladder-argv.ts';
import { runFramefold, runPlain, type FramefoldRun, type PlainRun } from './measure.ts';
import { whereTimeGoes } from './where-time-goes.ts';
import { benchSource } from './source.ts';

/** Framefold's wall time over that of one ffmpeg making the same ladder. */
const MOST_WALL_RATIO = 1.1;

/** What a job may spend outside ffmpeg, of all its CPU time. */
const MOST_SHARE_OUTSIDE = 0.05;

/** One job on an idle machine against one ordinary ffmpeg process. */
export const single: Bench = {
  description:
    'a minute of 1080p at four rungs: wall time against one plain ffmpeg, CPU spent outside ffmpeg',
  run,
};

async function run({ pairs, report }: BenchOptions): Promise<Verdict> {
  const ffmpeg = requireTool('ffmpeg');
  const source = await benchSource(ffmpeg, report);
  const stack = await startStack();
  try {
    report('Warming the stack up ...');
    await runFramefold(stack, ffmpeg, clipPath('fragmented.mp4'));

    const measured: Pair[] = [];
    for (let index = 0; index < pairs; index++) {
      // In turns, so that whatever else the machine does falls on both; Framefold first, as its job names the ladder.
      const framefold = await runFramefold(stack, ffmpeg, source);
      const plain = await runPlain(ffmpeg, ladderOf(framefold), source);
      const pair = { plain, framefold, ...compare(plain, framefold) };
      measured.push(pair);
      report(`Pair ${index + 1}: ${describe(pair)}`);
    }
    return judge(measured, report);
  } finally {
    await stack.stop();
  }
}

interface Pair {
  readonly plain: PlainRun;
  readonly framefold: FramefoldRun;
  readonly wallRatio: number;
  readonly shareOutside: number;
}

function ladderOf({ job }: FramefoldRun): Ladder {
  return { renditions: job.profiles, audio: job.audioProfiles, segmentSeconds: job.request.segmentSeconds };
}

function compare(
  plain: PlainRun,
  { wallSeconds, cpu }: FramefoldRun,
): Pick<Pair, 'wallRatio' | 'shareOutside'> {
  const outside = sum(cpu.outside);
  return { wallRatio: wallSeconds / plain.wallSeconds, shareOutside: outside / (outside + cpu.ffmpeg) };
}

function judge(pairs: readonly Pair[], report: (line: string) => void): Verdict {
  const wallRatio = median(pairs.map((pair) => pair.wallRatio));
  const shareOutside = median(pairs.map((pair) => pair.shareOutside));
  const passed = wallRatio <= MOST_WALL_RATIO && shareOutside <= MOST_SHARE_OUTSIDE;
  report(`Wall time, Framefold / ffmpeg: ${wallRatio.toFixed(3)} (median; at most ${MOST_WALL_RATIO})`);
  report(`CPU outside ffmpeg: ${percent(shareOutside)} (median; at most ${percent(MOST_SHARE_OUTSIDE)})`);
  const last = pairs.at(-1);
  if (!passed && last !== undefined) whereTimeGoes(last.framefold.job).forEach(report);
  report(passed ? 'Passed.' : 'Failed.');
  return {
    passed,
    figures: {
      wallRatio,
      shareOutside,
      bounds: { wallRatio: MOST_WALL_RATIO, shareOutside: MOST_SHARE_OUTSIDE },
      pairs: pairs.map(({ framefold: { job: _, ...framefold }, ...rest }) => ({ ...rest, framefold })),
    },
  };
}

function describe({ plain, framefold, wallRatio, shareOutside }: Pair): string {
  const { wallSeconds, clientSeconds, cpu } = framefold;
  const outside = Object.entries(cpu.outside).map(([name, value]) => `${name} ${seconds(value)}`);
  return [
    `ffmpeg ${seconds(plain.wallSeconds)} (CPU ${seconds(plain.cpuSeconds)})`,
    `Framefold ${seconds(wallSeconds)} (client ${seconds(clientSeconds)}, CPU of ffmpeg ${seconds(cpu.ffmpeg)}`,
    `outside ${seconds(sum(cpu.outside))} = ${percent(shareOutside)}: ${outside.join(', ')})`,
    `ratio ${wallRatio.toFixed(3)}`,
  ].join('; ');
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
