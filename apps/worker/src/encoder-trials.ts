import { workerReports } from '@framefold/activities';
import { CODECS, workingDevices, type ProvedEncoder } from '@framefold/domain';
import { slotsOn } from '@framefold/platform';
import type { Role } from '@framefold/runtime';
import type { Assembly } from './assemble.ts';
import { encoderCheck } from './readiness.ts';

/** What a plan can name: every encode worker has them all, so that any of them takes any chunk. */
const SOFTWARE = Object.values(CODECS).map(({ encoder }) => encoder);

/** What trial encodes have shown of a worker's encoders. */
export interface EncoderTrials {
  /** The latest outcome of each encoder on each device. */
  readonly proved: readonly ProvedEncoder[];
  /** Encodes that the GPUs on which an encoder works take at once. */
  readonly gpuSlots: number;
  /** Tries all encoders of the roles: why the worker can't do its work, or undefined when it can. */
  run(): Promise<string | undefined>;
}

/**
 * Trials of the encoders that a worker's roles stand for. A GPU that does not work costs only itself: the worker goes on
 * without it, unless there is nothing else that it could do.
 *
 * @param slotsPerDevice encodes on one GPU at most
 */
export function encoderTrials(
  { store, engine, devices, prove }: Pick<Assembly, 'store' | 'engine' | 'devices' | 'prove'>,
  roles: readonly Role[],
  workerId: string,
  slotsPerDevice: number,
): EncoderTrials {
  const proved = new Map<string, ProvedEncoder>();
  const note = (outcome: ProvedEncoder): void =>
    void proved.set(`${outcome.name} on ${outcome.device}`, outcome);
  const checks = SOFTWARE.map((encoder) =>
    encoderCheck({
      reports: () => workerReports(store),
      workerId,
      build: engine.build,
      prove: async () => {
        const proof = await prove(encoder);
        note(proof);
        return proof;
      },
    }),
  );
  const software = async (): Promise<string | undefined> => {
    const obstacles = await Promise.all(checks.map((check) => check()));
    return obstacles.filter(Boolean).join(' ') || undefined;
  };
  const all = (): ProvedEncoder[] => [...proved.values()];
  return {
    get proved() {
      return all();
    },
    get gpuSlots() {
      const working = workingDevices(all());
      return slotsOn(
        devices.filter(({ id }) => working.has(id)),
        slotsPerDevice,
      );
    },
    run: async () => {
      if (roles.includes('encode-gpu')) {
        for (const device of devices) {
          for (const encoder of device.encoders) note(await prove(encoder, device));
        }
        if (roles.length === 1 && workingDevices(all()).size === 0) return noDevice(all());
      }
      return roles.includes('encode-cpu') ? software() : undefined;
    },
  };
}

function noDevice(proved: readonly ProvedEncoder[]): string {
  const reasons = proved.map(({ name, device, reason }) => `${name} on ${device}: ${reason ?? 'unknown'}`);
  return reasons.length === 0 ? 'no GPU was found.' : `no GPU works: ${reasons.join('; ')}`;
}
