import type { HardwareEncoder } from '@framefold/domain';

/** A device that may be able to encode. What it can do is shown by a trial encode, nothing else. */
export interface GpuDevice {
  /** Unique on this machine, and the same after a restart: `nvidia-GPU-6b1f...`, `dri-renderD128`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The encoders to try on it. */
  readonly encoders: readonly HardwareEncoder[];
  /** Number among the devices of its kind. */
  readonly index: number;
  /** Its device file, where its encoders take one. */
  readonly node?: string;
  /** Device files and folders that a program needs to use it. */
  readonly paths: readonly string[];
  readonly utilisationPercent?: number;
  readonly temperatureC?: number;
  /** Encode sessions on it, whosever they are, where it tells. */
  readonly sessions?: number;
  /** Sessions that its driver allows; undefined when there is no such limit. */
  readonly sessionLimit?: number;
}

/** Finds the devices of this machine and what they do now. A machine without any has an empty list, not an error. */
export interface GpuInventory {
  list(): Promise<readonly GpuDevice[]>;
}

/** All devices of several inventories. */
export function union(inventories: readonly GpuInventory[]): GpuInventory {
  return {
    list: async () => (await Promise.all(inventories.map((inventory) => inventory.list()))).flat(),
  };
}

/**
 * Pretended devices, on which libx264 encodes: for trying the GPU path, and for testing it, without a GPU.
 *
 * @param count may be 0
 */
export function standInInventory(count: number): GpuInventory {
  const devices = Array.from({ length: count }, (_, index) => ({
    id: `standin-${index}`,
    name: `Stand-in ${index}`,
    encoders: ['h264_standin'] as const,
    index,
    paths: [],
    sessionLimit: 2,
  }));
  return { list: () => Promise.resolve(devices) };
}
