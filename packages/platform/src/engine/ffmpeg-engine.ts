import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CodedError,
  isHardwareEncoder,
  VIDEO_TIMESCALE,
  type AudioRendition,
  type Plan,
  type PlannedChunk,
} from '@framefold/domain';
import {
  audioArgv,
  chunkArgv,
  firstPassArgv,
  MalformedMediaError,
  MissingFramesError,
  needsFirstPass,
  packageAudio,
  packageVideo,
  progressReader,
  type ChunkFiles,
  type PackagedTrack,
  type Seek,
} from '@framefold/media';
import type { DevicePool } from '../gpu/device-pool.ts';
import { accessTo, type GpuDevice } from '../gpu/gpu-device.ts';
import type { CommandResult, ProcessRunner } from '../process/process-runner.ts';
import { assertSuccess, EXIT_INVALID_DATA } from './assert-success.ts';
import type { EncodeEngine, EngineTask, LocalRendition } from './encode-engine.ts';
import { seeksFor } from './seeks.ts';
import { underCeilings } from './under-ceilings.ts';

/**
 * Goes before a command line for sound. ffmpeg's AAC computes in floating point, by other code for each instruction
 * set, whose results differ in their last bits and then in the stream: all take the code for what every x86-64 has.
 * That makes sound about 7 % slower to encode (docs/adr/0013).
 */
const ANY_CPU_ARGS: readonly string[] = process.arch === 'x64' ? ['-cpuflags', 'sse2'] : [];

export interface FfmpegEngineOptions {
  /** Absolute path of ffmpeg. */
  readonly ffmpeg: string;
  readonly runner: ProcessRunner;
  /** The devices of hardware encoders, where this machine has any. */
  readonly devices?: DevicePool;
}

/**
 * The engine that runs ffmpeg, one process a chunk, and another where a rendition comes out above its ceiling.
 *
 * @throws {Error} when ffmpeg does not run at all
 */
export async function createFfmpegEngine({
  ffmpeg,
  runner,
  devices,
}: FfmpegEngineOptions): Promise<EncodeEngine> {
  const version = await runner.run({ program: ffmpeg, args: ['-hide_banner', '-version'], readable: [] });
  const name = /^ffmpeg version (\S+)/.exec(version.stdout)?.[1];
  if (version.exitCode !== 0 || name === undefined) throw new Error(`ffmpeg does not run: ${version.stderr}`);
  return new FfmpegEngine(`ffmpeg-${name}`, ffmpeg, runner, devices);
}

class FfmpegEngine implements EncodeEngine {
  readonly name = 'ffmpeg';
  readonly build: string;
  readonly #ffmpeg: string;
  readonly #runner: ProcessRunner;
  readonly #devices: DevicePool | undefined;

  constructor(build: string, ffmpeg: string, runner: ProcessRunner, devices: DevicePool | undefined) {
    this.build = build;
    this.#ffmpeg = ffmpeg;
    this.#runner = runner;
    this.#devices = devices;
  }

  chunkArgv(task: EngineTask, chunk: PlannedChunk): readonly string[] {
    return [this.#ffmpeg, ...this.#chunkArgs(task, chunk, { from: 'keyframe', earlierSeconds: 0 })];
  }

  audioArgv(task: EngineTask, track: AudioRendition): readonly string[] {
    return [this.#ffmpeg, ...this.#audioArgs(task, track)];
  }

  async encodeChunk(task: EngineTask, chunk: PlannedChunk): Promise<readonly LocalRendition[]> {
    const hardware = task.plan.renditions.find(({ encoder }) => isHardwareEncoder(encoder));
    if (hardware === undefined) return this.#encodeChunk(task, chunk);
    const lease = await this.#devices?.acquire(hardware.encoder, task.signal);
    if (lease === undefined) {
      throw new CodedError('ENCODER_CRASHED', `This worker has no device for ${hardware.encoder}.`);
    }
    try {
      return await this.#encodeChunk(task, chunk, lease.device);
    } finally {
      lease.release();
    }
  }

  /** The time is for all runs, tries and passes together; progress does not go back with another of them. */
  #encodeChunk(
    task: EngineTask,
    chunk: PlannedChunk,
    device?: GpuDevice,
  ): Promise<readonly LocalRendition[]> {
    const startedAt = Date.now();
    let mostFrames = 0;
    const left = (plan: Plan): EngineTask => ({
      ...task,
      plan,
      ...(task.timeoutSeconds === undefined
        ? {}
        : { timeoutSeconds: task.timeoutSeconds - (Date.now() - startedAt) / 1000 }),
      onProgress: (progress) => {
        mostFrames = Math.max(mostFrames, progress.framesDone);
        task.onProgress?.({ ...progress, framesDone: mostFrames });
      },
    });
    return underCeilings(task.plan, (plan) => this.#tryEncode(() => left(plan), chunk, device));
  }

  async #tryEncode(
    left: () => EngineTask,
    chunk: PlannedChunk,
    device?: GpuDevice,
  ): Promise<readonly LocalRendition[]> {
    const task = left();
    let damage: CodedError | undefined;
    for (const seek of seeksFor(task.plan, chunk)) {
      const first = needsFirstPass(task.plan)
        ? await this.#run(left(), firstPassArgv(task.plan, chunk, filesOf(task), seek))
        : undefined;
      const result =
        first !== undefined && first.exitCode !== 0
          ? first
          : await this.#run(left(), this.#chunkArgs(task, chunk, seek, device), chunk.frames, device);
      if (result.exitCode !== EXIT_INVALID_DATA) assertSuccess(result, task.limits, `chunk ${chunk.index}`);
      try {
        if (result.exitCode === 0) return await packageChunk(task, chunk);
        damage = damaged(chunk, undefined, result.stderr);
      } catch (error) {
        if (!(error instanceof MissingFramesError)) throw error;
        damage = damaged(chunk, error, result.stderr);
      }
    }
    throw damage ?? new CodedError('ENCODER_OUTPUT_INVALID', `Chunk ${chunk.index} gave no output.`);
  }

  async encodeAudio(task: EngineTask, track: AudioRendition): Promise<LocalRendition> {
    const result = await this.#run(task, this.#audioArgs(task, track));
    assertSuccess(result, task.limits, track.name);
    const file = await readFile(outputFile(task, track.name));
    return store(task, track.name, packageAudio(file, task.plan, track));
  }

  #chunkArgs(task: EngineTask, chunk: PlannedChunk, seek: Seek, device?: GpuDevice): string[] {
    return chunkArgv(task.plan, chunk, filesOf(task), seek, device);
  }

  #audioArgs(task: EngineTask, track: AudioRendition): string[] {
    const args = audioArgv(task.plan, track, task.sourceFiles, outputFile(task, track.name));
    return [...ANY_CPU_ARGS, ...args];
  }

  async #run(
    task: EngineTask,
    args: readonly string[],
    frames?: number,
    device?: GpuDevice,
  ): Promise<CommandResult> {
    const read = progressReader();
    const startedAt = Date.now();
    const secondsPerFrame = task.plan.video.nominalFrameTicks / VIDEO_TIMESCALE;
    const result = await this.#runner.run({
      program: this.#ffmpeg,
      args,
      readable: task.sourceFiles,
      ...accessTo(device),
      writable: task.scratchFolder,
      ...(task.timeoutSeconds === undefined ? {} : { timeoutSeconds: task.timeoutSeconds }),
      ...(task.limits === undefined ? {} : { limits: task.limits }),
      ...(task.signal === undefined ? {} : { signal: task.signal }),
      onLine: (line) => {
        const progress = read(line);
        if (progress === undefined) return;
        const framesDone = Math.min(progress.frames ?? 0, frames ?? 0);
        const mediaSeconds = frames === undefined ? (progress.outSeconds ?? 0) : framesDone * secondsPerFrame;
        task.onProgress?.({
          framesDone,
          speed: mediaSeconds / Math.max((Date.now() - startedAt) / 1000, 0.001),
        });
      },
    });
    task.onUsage?.(result.usage);
    return result;
  }
}

function filesOf(task: EngineTask): ChunkFiles {
  return { sourceFile: task.sourceFiles[0] ?? '', outputFile: (name) => outputFile(task, name) };
}

function outputFile(task: EngineTask, renditionName: string): string {
  return join(task.scratchFolder, `${renditionName}.mp4`);
}

async function packageChunk(task: EngineTask, chunk: PlannedChunk): Promise<LocalRendition[]> {
  const renditions: LocalRendition[] = [];
  for (const rendition of task.plan.renditions) {
    // One after the other: a chunk at all renditions need not fit into memory at once.
    const file = await readFile(outputFile(task, rendition.name));
    // Its segments take its place: a chunk does not lie there twice.
    await rm(outputFile(task, rendition.name));
    try {
      renditions.push(
        await store(task, rendition.name, packageVideo(file, task.plan, chunk, rendition.name)),
      );
    } catch (error) {
      if (!(error instanceof MalformedMediaError)) throw error;
      // ffmpeg opens its output late: with no frame at all the file holds no boxes.
      throw new MissingFramesError(chunk.frames, 0);
    }
  }
  return renditions;
}

async function store(task: EngineTask, name: string, track: PackagedTrack): Promise<LocalRendition> {
  const initFile = join(task.scratchFolder, `${name}-init.mp4`);
  await writeFile(initFile, track.init);
  const segments = [];
  for (const { bytes, ...segment } of track.segments) {
    const file = join(task.scratchFolder, `${name}-${segment.index}.m4s`);
    await writeFile(file, bytes);
    segments.push({ ...segment, file });
  }
  return { name, timescale: track.timescale, initFile, segments };
}

function damaged(chunk: PlannedChunk, missing: MissingFramesError | undefined, stderr: string): CodedError {
  const from = ((chunk.segments[0]?.startTicks ?? 0) / VIDEO_TIMESCALE).toFixed(3);
  const to = ((chunk.segments.at(-1)?.endTicks ?? 0) / VIDEO_TIMESCALE).toFixed(3);
  const what =
    missing === undefined
      ? 'a frame does not decode cleanly'
      : `only ${missing.found} of ${missing.expected} frames decode`;
  return new CodedError('SOURCE_DAMAGED', `Between ${from} s and ${to} s ${what}.`, {
    stderr: stderr.slice(-4096),
  });
}
