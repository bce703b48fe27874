import type { ProcessLimits, ResourceGroup } from '../limits/resource-control.ts';
import { sizeOfFolder } from '../scratch/size-of-folder.ts';
import type { ResourceUsage } from './process-runner.ts';

/** Time between two looks at what a program uses. */
const LOOK_MS = 200;

type Limit = 'memory' | 'disk';

/** A watch on a running program. */
export interface GroupWatch {
  /**
   * What was used in all, and the limit that the program met by itself: one that the kernel held.
   *
   * @param complaints what the program said when it failed; undefined when it ended well
   */
  end(complaints: string | undefined): Promise<{ readonly usage: ResourceUsage; readonly limit?: Limit }>;
  stop(): void;
}

/**
 * Looks at what a group and its folder use, a few times a second.
 *
 * @param onExceeded called when more is used than may be, where the kernel does not hold it
 */
export function watchGroup(
  group: ResourceGroup,
  limits: ProcessLimits,
  folder: string | undefined,
  onExceeded: (limit: Limit) => void,
): GroupWatch {
  let usage: ResourceUsage = { cpuSeconds: 0, peakMemoryBytes: 0, peakDiskBytes: 0 };
  const look = async (): Promise<void> => {
    const [{ cpuSeconds, memoryBytes }, diskBytes] = await Promise.all([
      group.sample(),
      folder === undefined ? 0 : sizeOfFolder(folder),
    ]);
    usage = {
      cpuSeconds: Math.max(usage.cpuSeconds, cpuSeconds),
      peakMemoryBytes: Math.max(usage.peakMemoryBytes, memoryBytes),
      peakDiskBytes: Math.max(usage.peakDiskBytes, diskBytes),
    };
    if (memoryBytes > (limits.memoryBytes ?? Infinity)) onExceeded('memory');
    if (diskBytes >= (limits.diskBytes ?? Infinity)) onExceeded('disk');
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A machine that is slow to answer is not asked twice at once.
    looking ??= look().finally(() => (looking = undefined));
  }, LOOK_MS);
  return {
    end: async (complaints) => {
      clearInterval(timer);
      await looking;
      await look();
      const verdict = await group.memoryVerdict({
        complaints: complaints ?? '',
        seenBytes: usage.peakMemoryBytes,
      });
      // The kernel's peak holds the page cache, too: it is the truth about a limit that was met, not about the program.
      const peakMemoryBytes =
        verdict.exhausted || usage.peakMemoryBytes === 0
          ? Math.max(usage.peakMemoryBytes, verdict.peakBytes ?? 0)
          : usage.peakMemoryBytes;
      const failed = complaints !== undefined;
      const outOfDisk = failed && usage.peakDiskBytes >= (limits.diskBytes ?? Infinity);
      return {
        usage: { ...usage, peakMemoryBytes },
        // A part of the program that the kernel ended is missed, whatever the rest says.
        ...(verdict.exhausted ? { limit: 'memory' } : outOfDisk ? { limit: 'disk' } : {}),
      };
    },
    stop: () => clearInterval(timer),
  };
}
