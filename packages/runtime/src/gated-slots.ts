import type { CustomSlotSupplier } from '@temporalio/worker';
import type { Gate } from './gate.ts';

type ActivitySlots = CustomSlotSupplier<{ type: 'activity'; activityType: string }>;

/**
 * A fixed number of slots for activities, of which none is given out while the gate is closed: then the worker does not
 * even ask for tasks.
 */
export function gatedSlots(count: number, gate: Gate): ActivitySlots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    type: 'custom',
    async reserveSlot(_context, signal) {
      // Taken and given back in turns, so that a gate that closes while this waits for a slot is seen.
      for (;;) {
        await unlessAborted(gate.whenOpen(), signal);
        if (free > 0) break;
        let wake = (): void => undefined;
        const freed = new Promise<void>((resolve) => (wake = resolve));
        waiting.push(wake);
        await unlessAborted(freed, signal).catch((error: unknown) => {
          // Its turn goes to the next.
          const place = waiting.indexOf(wake);
          if (place >= 0) waiting.splice(place, 1);
          else waiting.shift()?.();
          throw error;
        });
      }
      free -= 1;
      return {};
    },
    tryReserveSlot() {
      if (free === 0 || !gate.isOpen()) return null;
      free -= 1;
      return {};
    },
    markSlotUsed: () => undefined,
    releaseSlot() {
      free += 1;
      waiting.shift()?.();
    },
  };
}

/** @throws the signal's reason (an AbortError) as soon as it is aborted */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
