import { diskLevel, DISK_FULL_BELOW, DISK_LOW_BELOW, type DiskState } from '@framefold/domain';
import type { LocalCopies, ObjectStore, ResourceControl, ScratchSpace } from '@framefold/platform';
import type { Gate } from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';

/** Time between two looks at the disk. */
const LOOK_MS = 5_000;

/** Time between two sweeps of what dead workers of this machine have left. */
const SWEEP_MS = 5 * 60_000;

export interface MachineWatch {
  /** The disk as last seen. */
  readonly disk: DiskState | undefined;
  stop(): Promise<void>;
}

export interface MachineWatchOptions {
  readonly scratch: ScratchSpace;
  readonly copies: Pick<LocalCopies, 'sweep'>;
  readonly store: ObjectStore;
  readonly control: ResourceControl;
  readonly gate: Gate;
  readonly logger: Logger;
}

/** Keeps work out while the scratch disk is full, and clears away what workers that were killed have left. */
export function watchMachine({
  scratch,
  copies,
  store,
  control,
  gate,
  logger,
}: MachineWatchOptions): MachineWatch {
  let disk: DiskState | undefined;
  let level: ReturnType<typeof diskLevel> = 'ok';
  const look = async (): Promise<void> => {
    disk = await scratch.state();
    const now = diskLevel(disk);
    if (now === 'full')
      gate.close('disk', `Less than ${DISK_FULL_BELOW * 100} % of the scratch disk is free.`);
    else gate.open('disk');
    if (now !== level) {
      const { freeBytes, totalBytes } = disk;
      if (now === 'full')
        logger.error({ freeBytes, totalBytes }, 'the scratch disk is full: no work is taken');
      else if (now === 'low')
        logger.warn(
          { freeBytes, totalBytes },
          `less than ${DISK_LOW_BELOW * 100} % of the scratch disk is free`,
        );
      else logger.info({ freeBytes, totalBytes }, 'the scratch disk has room again');
    }
    level = now;
  };
  const sweep = async (): Promise<void> => {
    await scratch.sweep();
    await copies.sweep();
    await store.sweep();
    await control.sweep();
  };
  let running: Promise<void> = Promise.resolve();
  const then = (what: () => Promise<void>) => () => {
    running = running
      .then(what)
      .catch((error: unknown) => logger.warn({ err: error }, 'could not look after the disk'));
  };
  const timers = [setInterval(then(look), LOOK_MS), setInterval(then(sweep), SWEEP_MS)];
  for (const timer of timers) timer.unref();
  then(look)();
  return {
    get disk() {
      return disk;
    },
    stop: async () => {
      timers.forEach(clearInterval);
      await running;
    },
  };
}
