import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProvedEncoder } from '@framefold/domain';
import { progressReader, TRIAL_FRAMES, trialArgv, trialCheckArgv } from '@framefold/media';
import { accessTo, type GpuDevice } from '../gpu/gpu-device.ts';
import type { CommandResult, ProcessRunner } from '../process/process-runner.ts';

/** A trial takes well under a second; an encoder that hangs is no encoder. */
const TRIAL_TIMEOUT_SECONDS = 60;
const TRIAL_MEMORY_BYTES = 1024 ** 3;

export interface ProveOptions {
  /** Absolute path of ffmpeg. */
  readonly ffmpeg: string;
  /** The runner that encodes will use, so that the sandbox is part of the trial. */
  readonly runner: ProcessRunner;
  /** Where the trial may make a folder. */
  readonly scratchFolder: string;
}

/** What a trial showed. */
export interface Proof extends ProvedEncoder {
  /** Of the output; equal builds of a software encoder give equal bytes. */
  readonly sha256?: string;
}

/**
 * Believes in an encoder only when it has encoded real frames that decode again, all of them.
 *
 * @param device on which a hardware encoder is tried
 */
export async function proveEncoder(options: ProveOptions, name: string, device?: GpuDevice): Promise<Proof> {
  const folder = join(options.scratchFolder, `trial-${name}-${device?.id ?? 'cpu'}`);
  await mkdir(folder, { recursive: true });
  try {
    return { name, device: device?.id ?? 'cpu', ...(await tryOut(options, name, folder, device)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryOut(
  { ffmpeg, runner }: ProveOptions,
  name: string,
  folder: string,
  device: GpuDevice | undefined,
): Promise<Omit<Proof, 'name' | 'device'>> {
  const file = join(folder, 'trial.mp4');
  const common = {
    program: ffmpeg,
    readable: [],
    ...accessTo(device),
    writable: folder,
    timeoutSeconds: TRIAL_TIMEOUT_SECONDS,
    limits: { memoryBytes: TRIAL_MEMORY_BYTES },
  };
  const encoded = await runner.run({ ...common, args: trialArgv(name, file, device) });
  if (encoded.exitCode !== 0) return { works: false, reason: `The trial encode failed: ${causeOf(encoded)}` };
  const checked = await runner.run({ ...common, args: trialCheckArgv(file) });
  const frames = framesOf(checked);
  if (frames !== TRIAL_FRAMES) {
    return {
      works: false,
      reason: `${frames} of ${TRIAL_FRAMES} frames of the trial encode decode: ${causeOf(checked)}`,
    };
  }
  return {
    works: true,
    speed: TRIAL_FRAMES / encoded.wallSeconds,
    sha256: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  };
}

function framesOf({ stdout }: CommandResult): number {
  const read = progressReader();
  return stdout.split('\n').reduce((frames, line) => read(line)?.frames ?? frames, 0);
}

/** ffmpeg names the cause first; what follows is what came of it. Places in its memory tell nobody anything. */
function causeOf({ stderr, exitCode, exitSignal, exceeded }: CommandResult): string {
  const line = (stderr.trim().split('\n')[0] ?? '').replace(/^\[(\S+) @ 0x[\da-f]+\] /, '$1: ');
  return [exceeded === undefined ? '' : `too much ${exceeded}`, exitSignal ?? `status ${exitCode}`, line]
    .filter(Boolean)
    .join(', ');
}
