import { z } from 'zod';
import type { Warning } from './failure.ts';

/** Limits of each encode attempt, as a request may name them. Processor time is in percent of one core. */
export const ResourceLimits = z.strictObject({
  maxCpuPercent: z.number().int().min(10).max(25_600).optional(),
  maxMemoryMb: z.number().int().min(64).max(1_048_576).optional(),
  maxDiskMb: z.number().int().min(10).max(10_485_760).optional(),
  timeoutSec: z.number().int().min(1).max(86_400).optional(),
});
export type ResourceLimits = z.infer<typeof ResourceLimits>;

/** The limits that a job's encode attempts really have; processor time is not limited unless somebody says so. */
export const EncodeLimits = z.object({
  maxCpuPercent: z.number().int().positive().optional(),
  maxMemoryMb: z.number().int().positive(),
  maxDiskMb: z.number().int().positive(),
  timeoutSec: z.number().int().positive(),
});
export type EncodeLimits = z.infer<typeof EncodeLimits>;

/** What attempts may use when nobody says anything, up to Full HD. */
export const DEFAULT_LIMITS = { maxMemoryMb: 2048, maxDiskMb: 5000, timeoutSec: 3600 } as const;

/** What is enough for an attempt, by the shorter side of the source: for requests, and for ceilings of operators. */
export const RECOMMENDED_LIMITS = [
  { shortSide: 720, maxCpuPercent: 150, maxMemoryMb: 1024, timeoutSec: 300 },
  { shortSide: 1080, maxCpuPercent: 300, maxMemoryMb: 2048, timeoutSec: 900 },
  { shortSide: 2160, maxCpuPercent: 600, maxMemoryMb: 4096, timeoutSec: 3600 },
] as const;

/** Memory for sources larger than those of the table: 8K takes four times what 4K takes. */
const MEMORY_MB_BEYOND = 16_384;

/** What an operator grants at most. */
export type LimitCeilings = ResourceLimits;

/** Limits as a worker holds them: what was settled for the job, and never more than its own operator grants. */
export function clampLimits(limits: EncodeLimits, ceilings: LimitCeilings): EncodeLimits {
  const most = (name: keyof EncodeLimits): number =>
    Math.min(limits[name] ?? Infinity, ceilings[name] ?? Infinity);
  const maxCpuPercent = most('maxCpuPercent');
  return {
    ...(maxCpuPercent === Infinity ? {} : { maxCpuPercent }),
    maxMemoryMb: most('maxMemoryMb'),
    maxDiskMb: most('maxDiskMb'),
    timeoutSec: most('timeoutSec'),
  };
}

/**
 * The limits of a job's encode attempts: what its request says, else a default for its size, and never more than the
 * operator grants. A request that had to be cut gets a warning.
 *
 * @param shortSide of the source's picture in pixels
 */
export function settleLimits(
  asked: ResourceLimits,
  ceilings: LimitCeilings,
  shortSide: number,
): { readonly limits: EncodeLimits; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const settle = <D extends number | undefined>(name: keyof ResourceLimits, byDefault: D): number | D => {
    const ceiling = ceilings[name] ?? Infinity;
    const wanted = asked[name];
    if (wanted !== undefined && wanted > ceiling) {
      warnings.push({
        code: 'LIMIT_CLAMPED',
        message: `resourceLimits.${name} is ${ceiling} instead of ${wanted}: the operator grants no more.`,
      });
    }
    const value = Math.min(wanted ?? byDefault ?? Infinity, ceiling);
    return value === Infinity ? byDefault : value;
  };
  const maxCpuPercent = settle('maxCpuPercent', undefined);
  const limits = {
    ...(maxCpuPercent === undefined ? {} : { maxCpuPercent }),
    maxMemoryMb: settle('maxMemoryMb', defaultMemoryMb(shortSide)),
    maxDiskMb: settle('maxDiskMb', DEFAULT_LIMITS.maxDiskMb),
    timeoutSec: settle('timeoutSec', DEFAULT_LIMITS.timeoutSec),
  };
  return { limits, warnings };
}

/** Enough memory that an ordinary job never meets the limit. */
function defaultMemoryMb(shortSide: number): number {
  if (shortSide <= 1080) return DEFAULT_LIMITS.maxMemoryMb;
  return recommendedLimits(shortSide)?.maxMemoryMb ?? MEMORY_MB_BEYOND;
}

/** The row of {@link RECOMMENDED_LIMITS} for a source, or undefined for one beyond the table. */
export function recommendedLimits(shortSide: number): (typeof RECOMMENDED_LIMITS)[number] | undefined {
  return RECOMMENDED_LIMITS.find((row) => shortSide <= row.shortSide);
}
