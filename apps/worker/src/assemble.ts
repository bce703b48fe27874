import {
  createEncodeActivities,
  createMediaActivities,
  type EncodeDeps,
  type MeasureDeps,
  type MediaDeps,
} from '@framefold/activities';
import type { Config } from '@framefold/config';
import {
  createFfmpegEngine,
  createFfmpegQualityMeter,
  DevicePool,
  driInventory,
  createGuardedFetch,
  createLocalCopies,
  createProcessRunner,
  createResourceControl,
  createS3Fetch,
  createStore,
  nvidiaInventory,
  openScratch,
  proveEncoder,
  standInInventory,
  union,
  type GpuDevice,
  type Proof,
  type EncodeEngine,
  type LocalCopies,
  type ObjectStore,
  type ProcessRunner,
  type ResourceControl,
  type ScratchSpace,
} from '@framefold/platform';
import type { Role, WorkersOptions } from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';

/** A program that is not configured. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';
}

/** What the roles of a worker process work with. */
export interface Assembly {
  readonly store: ObjectStore;
  readonly scratch: ScratchSpace;
  readonly copies: LocalCopies;
  readonly control: ResourceControl;
  readonly runner: ProcessRunner;
  readonly engine: EncodeEngine;
  /** Absolute path. */
  readonly ffmpeg: string;
  readonly activities: WorkersOptions['activities'];
  /** The GPUs of this machine, whether they work or not. */
  readonly devices: readonly GpuDevice[];
  /** Tries an encoder out as encodes will use it, on the processor or on a device. */
  readonly prove: (encoder: string, device?: GpuDevice) => Promise<Proof>;
  /** Runs the tools that plans do not name; why they don't work, if they don't. */
  readonly toolObstacle: () => Promise<string | undefined>;
}

export interface AssembleOptions {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly workerId: string;
  readonly logger: Logger;
}

/**
 * Puts a worker's parts together: the one place that chooses implementations.
 *
 * @throws {Error} for a role that this program can't have
 * @throws {MissingToolError} when a program is not configured
 * @throws {ResourceControlError} when limits can't be held in the way that is configured
 */
export async function assemble({ config, roles, workerId, logger }: AssembleOptions): Promise<Assembly> {
  if (roles.includes('control')) {
    throw new Error('The control role runs in the API process: it alone opens the catalogue.');
  }
  const ffmpeg = required(config.tools.ffmpeg, 'FRAMEFOLD_FFMPEG');
  const ffprobe = required(config.tools.ffprobe, 'FRAMEFOLD_FFPROBE');
  const scratch = await openScratch(config.folders.scratch);
  const store = await createStore(config.store);
  const copies = createLocalCopies({ store, scratch });
  const control = await openControl(config, logger);
  const runner = await openRunner(config, control, logger);
  const inventory = union([nvidiaInventory(), driInventory(), standInInventory(config.gpu.standIns)]);
  // Filled by the trials, before any task is taken.
  const proved = new Map<string, Set<string>>();
  const pool = new DevicePool({
    inventory,
    proved,
    // A chunk of the live queue must not wait for one of the others.
    slotsPerDevice: config.gpu.slots + config.slots.live,
    weights: config.gpu.weights,
  });
  const engine = await createFfmpegEngine({ ffmpeg, runner, devices: pool });
  const trust = runner.isolation === 'sandbox' || config.sandbox === 'off' ? 'all' : 'local';
  const meter = createFfmpegQualityMeter({ ffmpeg, runner });
  const encode: EncodeDeps & MeasureDeps = {
    ...{ store, copies, engine, meter, scratch, workerId, trust },
    ceilings: config.ceilings,
  };
  const media: MediaDeps = {
    ...encode,
    scratch,
    runner,
    control,
    ffmpeg,
    ffprobe,
    fetch: createGuardedFetch({ privateNetworks: config.privateNetworks }),
    fetchS3: createS3Fetch({
      access: config.s3,
      buckets: config.s3.sourceBuckets,
      own: config.store.kind === 's3' ? config.store : undefined,
    }),
    fileRoots: config.fileRoots,
    ownFolders: config.ownFolders,
    slices: config.slices,
    limits: config.limits,
  };
  return {
    store,
    scratch,
    copies,
    control,
    runner,
    engine,
    ffmpeg,
    devices: await inventory.list(),
    activities: {
      media: createMediaActivities(media),
      'encode-cpu': createEncodeActivities(encode),
      'encode-gpu': createEncodeActivities(encode),
    },
    prove: async (encoder, device) => {
      const proof = await proveEncoder({ ffmpeg, runner, scratchFolder: scratch.folder }, encoder, device);
      if (device !== undefined) {
        const working = proved.get(device.id) ?? new Set();
        if (proof.works) working.add(encoder);
        else working.delete(encoder);
        proved.set(device.id, working);
      }
      return proof;
    },
    toolObstacle: async () => {
      const { exitCode, stderr } = await runner.run({ program: ffprobe, args: ['-version'], readable: [] });
      return exitCode === 0 ? undefined : `ffprobe does not run: ${stderr.trim()}`;
    },
  };
}

async function openControl(config: Config, logger: Logger): Promise<ResourceControl> {
  const { cgroup } = config;
  const control = await createResourceControl({
    kind: config.resourceControl,
    ...(cgroup === undefined ? {} : { cgroup }),
  });
  // A worker that was killed without a sandbox may have left encoders running.
  await control.sweep();
  const how = { control: control.kind, holds: control.holds, reason: control.note };
  if (control.holds.includes('cpu')) logger.info(how, 'limits of encoders are held');
  else logger.warn(how, 'limits of encoders are held, but for processor time');
  return control;
}

/** The runner that the operator's policy asks for; without a sandbox it is said what that means. */
async function openRunner(config: Config, control: ResourceControl, logger: Logger): Promise<ProcessRunner> {
  const { bwrap } = config.tools;
  const wanted = config.sandbox !== 'off' && bwrap !== undefined;
  const runner = await createProcessRunner({ control, ...(wanted ? { bwrap } : {}) });
  if (config.sandbox === 'off') logger.warn('ffmpeg runs without a sandbox: it is switched off');
  else if (runner.isolation === 'none') {
    const reason = runner.isolationNote;
    logger.warn(
      { reason },
      'there is no sandbox: media from outside is refused, files of this machine are read',
    );
  }
  return runner;
}

function required(path: string | undefined, variable: string): string {
  if (path !== undefined) return path;
  throw new MissingToolError(
    `${variable} is not set. Start through apps/cli/bin/framefold.mjs, which provides the tools.`,
  );
}
