import type { Plan } from './plan.ts';
import { ignoresCeiling } from './quality-ceiling.ts';

/** State of the file system that holds the scratch folder, in bytes. */
export interface DiskState {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Promised to work in progress and not written yet. */
  readonly reservedBytes: number;
}

/** Below this share of free space no work is taken. */
export const DISK_FULL_BELOW = 0.05;

/** Below this share of free space there are warnings. */
export const DISK_LOW_BELOW = 0.1;

/** How full a disk is. */
export function diskLevel({ freeBytes, totalBytes }: DiskState): 'ok' | 'low' | 'full' {
  const share = freeBytes / totalBytes;
  return share < DISK_FULL_BELOW ? 'full' : share < DISK_LOW_BELOW ? 'low' : 'ok';
}

/** Whether `bytes` more can be promised, with the last twentieth left free. */
export function fits(bytes: number, disk: DiskState): boolean {
  return disk.freeBytes - disk.reservedBytes - bytes >= disk.totalBytes * DISK_FULL_BELOW;
}

/** Boxes, init segments and records beside the media. */
const OVERHEAD_BYTES = 4 * 1024 ** 2;

/** How far above its ceiling a first run has room that ignores it; beyond that only the attempt's limit holds. */
const ABOVE_CEILING = 4;

/**
 * Room that encoding a chunk may take: every rendition at its ceiling (VBV: the rate over the time, and a full buffer;
 * several times that where the encoder ignores it) and the largest of them twice, since its segments are written while
 * its file is still there.
 *
 * @param seconds length of the chunk
 */
export function scratchBytes(renditions: Plan['renditions'], seconds: number): number {
  const sizes = renditions.map((rendition) => {
    const { maxrateKbps, bufsizeKbps } = rendition;
    const atCeiling = ((maxrateKbps * seconds + bufsizeKbps) * 1000) / 8;
    return ignoresCeiling(rendition) ? atCeiling * ABOVE_CEILING : atCeiling;
  });
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return Math.ceil(all + Math.max(0, ...sizes)) + OVERHEAD_BYTES;
}
