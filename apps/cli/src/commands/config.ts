import { recommendConfig, type Calibration, type Recommendation } from '@framefold/domain';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { columns } from '../format.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

/** `framefold config recommend`: measures this machine and proposes slots and limits for a worker on it. */
export async function recommend(options: Voice, io: Io): Promise<ExitCode> {
  io.stderr.write('Encoding a short piece of Full HD, alone and several at once ...\n');
  const calibration = await io.calibrate((line) => void io.stderr.write(`  ${line}\n`));
  const recommendation = recommendConfig(calibration);
  const text =
    options.json === true
      ? JSON.stringify({ calibration, recommendation })
      : recommendationLines(calibration, recommendation).join('\n');
  io.stdout.write(`${text}\n`);
  return EXIT.ok;
}

function recommendationLines(
  { machine, encoderBuild }: Calibration,
  { encodeSlots, mediaSlots, speed, threadsPerEncode, limits }: Recommendation,
): string[] {
  const memoryGib = machine.memoryBytes / 1024 ** 3;
  const [ceiling] = limits.slice(-1);
  return [
    `${machine.cores} processors, ${memoryGib.toFixed(1)} GiB, ${encoderBuild}: ${speed.toFixed(2)} s of 1080p ladder per second`,
    `One encode keeps ${threadsPerEncode.toFixed(1)} processors busy.`,
    '',
    'For a worker on this machine:',
    `  FRAMEFOLD_ENCODE_SLOTS=${encodeSlots}`,
    `  FRAMEFOLD_MEDIA_SLOTS=${mediaSlots}`,
    ...(ceiling === undefined
      ? []
      : [
          `  FRAMEFOLD_LIMITS=cpu=${ceiling.maxCpuPercent},memory=${ceiling.maxMemoryMb},time=${ceiling.timeoutSec}`,
        ]),
    '',
    'For requests (resourceLimits), by the height of the source:',
    ...columns([
      ['SOURCE', 'maxCpuPercent', 'maxMemoryMb', 'timeoutSec'],
      ...limits.map((row) => [`up to ${row.shortSide}p`, ...limitCells(row)]),
    ]).map((line) => `  ${line}`),
  ];
}

function limitCells(row: Recommendation['limits'][number]): string[] {
  return [row.maxCpuPercent, row.maxMemoryMb, row.timeoutSec].map(String);
}
