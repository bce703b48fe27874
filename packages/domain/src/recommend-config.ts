import { z } from 'zod';
import { RECOMMENDED_LIMITS } from './limits.ts';

/** What a short calibration measured: a chunk of Full HD at the default ladder, so many at once. */
export const Calibration = z.object({
  /** Length of the chunk in seconds. */
  mediaSeconds: z.number().positive(),
  encoderBuild: z.string(),
  machine: z.object({ cores: z.number().int().positive(), memoryBytes: z.number().positive() }),
  rounds: z
    .array(
      z.object({
        /** Encodes at once. */
        encodes: z.number().int().positive(),
        wallSeconds: z.number().positive(),
        /** Of one encode. */
        cpuSeconds: z.number().nonnegative(),
        peakMemoryBytes: z.number().nonnegative(),
      }),
    )
    .min(1),
});
export type Calibration = z.infer<typeof Calibration>;
type Round = Calibration['rounds'][number];

/** A configuration for a worker, with what it rests on. */
export interface Recommendation {
  /** Chunks at once. */
  readonly encodeSlots: number;
  readonly mediaSlots: number;
  /** Media seconds per second that the worker makes of the default ladder with these slots. */
  readonly speed: number;
  /** Processor threads that one encode keeps busy when it has the machine for itself. */
  readonly threadsPerEncode: number;
  /** Limits of an attempt by the shorter side of the source. */
  readonly limits: readonly {
    readonly shortSide: number;
    readonly maxCpuPercent: number;
    readonly maxMemoryMb: number;
    readonly timeoutSec: number;
  }[];
}

/** More slots must gain at least this much to be worth their memory. */
const WORTHWHILE_GAIN = 1.03;

/** What encoders may take of a machine's memory together. */
const MEMORY_SHARE = 0.8;

/** Between a measured peak and a limit: other pictures need more than the calibration's. */
const MEMORY_RESERVE = 1.5;

/** Between a measured time and a time-out: slower pictures, a busy neighbour. */
const TIME_RESERVE = 20;

const CALIBRATED_SHORT_SIDE = 1080;
const MB = 1024 ** 2;

/** Proposes slots and limits from a calibration. */
export function recommendConfig({ mediaSeconds, machine, rounds }: Calibration): Recommendation {
  const speedOf = ({ encodes, wallSeconds }: Round): number => (encodes * mediaSeconds) / wallSeconds;
  const peakMb = Math.max(...rounds.map(({ peakMemoryBytes }) => peakMemoryBytes / MB));
  const fitting = Math.max(
    1,
    Math.floor((machine.memoryBytes * MEMORY_SHARE) / (peakMb * MEMORY_RESERVE * MB)),
  );
  const [first, ...more] = [...rounds].sort((a, b) => a.encodes - b.encodes);
  if (first === undefined) throw new RangeError('A calibration has at least one round.');
  const chosen = more
    .filter(({ encodes }) => encodes <= fitting)
    .reduce((best, round) => (speedOf(round) > speedOf(best) * WORTHWHILE_GAIN ? round : best), first);
  return {
    encodeSlots: Math.min(chosen.encodes, fitting),
    mediaSlots: Math.max(2, machine.cores * 2),
    speed: speedOf(chosen),
    threadsPerEncode: first.cpuSeconds / first.wallSeconds,
    limits: RECOMMENDED_LIMITS.map((row) => {
      const pixels = (row.shortSide / CALIBRATED_SHORT_SIDE) ** 2;
      return {
        shortSide: row.shortSide,
        maxCpuPercent: Math.min(row.maxCpuPercent, machine.cores * 100),
        maxMemoryMb: Math.max(row.maxMemoryMb, roundUp(peakMb * MEMORY_RESERVE * pixels, 256)),
        timeoutSec: Math.max(row.timeoutSec, roundUp(chosen.wallSeconds * TIME_RESERVE * pixels, 60)),
      };
    }),
  };
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;
