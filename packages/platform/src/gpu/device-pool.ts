import { chooseDevice, CodedError, type DeviceWeights } from '@framefold/domain';
import type { GpuDevice, GpuInventory } from './gpu-device.ts';

/** A task that waits for a session so long is left to other workers. */
const PATIENCE_MS = 30_000;

/** Readings are taken anew after this time. */
const READING_MS = 2_000;

/** A session on a device that is held for one encode. */
export interface DeviceLease {
  readonly device: GpuDevice;
  release(): void;
}

export interface DevicePoolOptions {
  readonly inventory: GpuInventory;
  /** By device id, the encoders that a trial has shown to work. */
  readonly proved: ReadonlyMap<string, ReadonlySet<string>>;
  /** Encodes of this worker on one device at most. */
  readonly slotsPerDevice: number;
  readonly weights: DeviceWeights;
}

interface Reading {
  readonly at: number;
  /** Our own encodes at that time: they are among the sessions that a device tells of. */
  readonly jobs: ReadonlyMap<string, number>;
  readonly devices: Promise<readonly GpuDevice[]>;
}

/**
 * Gives each encode the device that is best for it now, and no device more sessions than it takes. Who finds all full
 * waits for its turn.
 */
export class DevicePool {
  readonly #options: DevicePoolOptions;
  readonly #jobs = new Map<string, number>();
  #reading: Reading | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(options: DevicePoolOptions) {
    this.#options = options;
  }

  /**
   * A device that has proved an encoder.
   *
   * @throws {CodedError} ENCODER_CRASHED when there is none, or none any more; WORKER_BUSY when none has a free session
   * @throws the signal's reason when it is aborted meanwhile
   */
  async acquire(encoder: string, signal?: AbortSignal): Promise<DeviceLease> {
    for (const since = performance.now(); ;) {
      signal?.throwIfAborted();
      const reading = this.#read();
      const able = (await reading.devices).filter(({ id }) => this.#options.proved.get(id)?.has(encoder));
      if (able.length === 0)
        throw new CodedError('ENCODER_CRASHED', `No device of this worker has ${encoder} now.`);
      const loads = able.map((device) => {
        const jobs = this.#jobs.get(device.id) ?? 0;
        const others = Math.max(0, (device.sessions ?? 0) - (reading.jobs.get(device.id) ?? 0));
        const free = (device.sessionLimit ?? Infinity) - others;
        return { ...device, jobs, sessionLimit: Math.min(this.#options.slotsPerDevice, free) };
      });
      const chosen = chooseDevice(loads, this.#options.weights);
      const device = able.find(({ id }) => id === chosen?.id);
      if (device !== undefined) return this.#lease(device);
      if (performance.now() - since > PATIENCE_MS)
        throw new CodedError('WORKER_BUSY', `No device of this worker has a free session for ${encoder}.`);
      await this.#released(signal);
    }
  }

  #lease(device: GpuDevice): DeviceLease {
    const count = (change: number): void =>
      void this.#jobs.set(device.id, (this.#jobs.get(device.id) ?? 0) + change);
    count(1);
    let held = true;
    return {
      device,
      release: () => {
        if (!held) return;
        held = false;
        count(-1);
        // Each takes itself off the list.
        for (const wake of this.#waiting) wake();
      },
    };
  }

  #read(): Reading {
    const now = performance.now();
    if (this.#reading === undefined || now - this.#reading.at > READING_MS) {
      this.#reading = { at: now, jobs: new Map(this.#jobs), devices: this.#options.inventory.list() };
    }
    return this.#reading;
  }

  /** Resolves when a session is given back, or after a while, since other programs' sessions end unseen. */
  async #released(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, READING_MS);
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }
}
