import type { HardwareEncoder } from '@framefold/domain';
import type { SandboxedCommand } from '../process/process-runner.ts';

/** A device that may be able to encode. What it can do is shown by a trial encode, nothing else. */
export interface GpuDevice {
  /** Unique on this machine, and the same after a restart: `nvidia-GPU-6b1f...`, `dri-renderD128`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The encoders to try on it. */
  readonly encoders: readonly HardwareEncoder[];
  /** Its device file, where its encoders take one. */
  readonly node?: string;
  /** Device files and folders that a program needs to use it. */
  readonly paths: readonly string[];
  /** Variables by which a program finds it among others. */
  readonly environment?: Readonly<Record<string, string>>;
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

/** What a program on a device is given beside its files; nothing without a device. */
export function accessTo(device: GpuDevice | undefined): Pick<SandboxedCommand, 'devices' | 'environment'> {
  if (device === undefined) return {};
  const { paths, environment } = device;
  return { devices: paths, ...(environment === undefined ? {} : { environment }) };
}

/** Encodes that devices take together, so many on each and no more than its driver allows. */
export function slotsOn(devices: readonly GpuDevice[], slotsPerDevice: number): number {
  return devices.reduce(
    (sum, { sessionLimit = Infinity }) => sum + Math.min(slotsPerDevice, sessionLimit),
    0,
  );
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
    paths: [],
  }));
  return { list: () => Promise.resolve(devices) };
}
