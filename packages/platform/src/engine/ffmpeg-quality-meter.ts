import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, type PlannedChunk, type VideoRendition } from '@framefold/domain';
import {
  filtersArgv,
  hasVmaf,
  listsVmaf,
  MisalignedError,
  QUALITY_FILES,
  qualityArgv,
  readQuality,
  type Seek,
  type SegmentSums,
} from '@framefold/media';
import type { CommandResult, ProcessRunner } from '../process/process-runner.ts';
import { assertSuccess, EXIT_INVALID_DATA } from './assert-success.ts';
import type { QualityMeter, QualityTask } from './quality-meter.ts';
import { seeksFor } from './seeks.ts';

export interface FfmpegQualityMeterOptions {
  /** Absolute path of ffmpeg. */
  readonly ffmpeg: string;
  readonly runner: ProcessRunner;
}

/** The meter that runs ffmpeg's libvmaf, one process a chunk and rendition. */
export function createFfmpegQualityMeter(options: FfmpegQualityMeterOptions): QualityMeter {
  return new FfmpegQualityMeter(options);
}

class FfmpegQualityMeter implements QualityMeter {
  readonly #ffmpeg: string;
  readonly #runner: ProcessRunner;

  constructor({ ffmpeg, runner }: FfmpegQualityMeterOptions) {
    this.#ffmpeg = ffmpeg;
    this.#runner = runner;
  }

  argv(task: QualityTask, chunk: PlannedChunk, rendition: VideoRendition): readonly string[] {
    return [
      this.#ffmpeg,
      ...qualityArgv(task.plan, chunk, rendition, task, { from: 'keyframe', earlierSeconds: 0 }),
    ];
  }

  async measure(task: QualityTask, chunk: PlannedChunk, rendition: VideoRendition): Promise<SegmentSums> {
    const what = `the quality of chunk ${chunk.index} at ${rendition.name}`;
    const startedAt = Date.now();
    let misalignment = 'a frame does not decode';
    for (const seek of seeksFor(task.plan, chunk)) {
      const result = await this.#run(task, chunk, rendition, seek, startedAt);
      if (result.exitCode === EXIT_INVALID_DATA) continue;
      if (result.exitCode !== 0 && result.exceeded === undefined) await this.#assertVmaf();
      assertSuccess(result, task.limits, what);
      try {
        return readQuality(await textsOf(task, rendition), chunk, rendition);
      } catch (error) {
        if (!(error instanceof MisalignedError)) throw error;
        misalignment = error.message;
      }
    }
    throw new CodedError('QUALITY_MISALIGNED', `Frames do not line up in ${what}: ${misalignment}.`);
  }

  async #run(
    task: QualityTask,
    chunk: PlannedChunk,
    rendition: VideoRendition,
    seek: Seek,
    startedAt: number,
  ): Promise<CommandResult> {
    for (const file of Object.values(QUALITY_FILES))
      await rm(join(task.scratchFolder, file), { force: true });
    const result = await this.#runner.run({
      program: this.#ffmpeg,
      args: qualityArgv(task.plan, chunk, rendition, task, seek),
      readable: [task.sourceFile],
      writable: task.scratchFolder,
      // The time is for all tries together.
      ...(task.timeoutSeconds === undefined
        ? {}
        : { timeoutSeconds: task.timeoutSeconds - (Date.now() - startedAt) / 1000 }),
      ...(task.limits === undefined ? {} : { limits: task.limits }),
      ...(task.signal === undefined ? {} : { signal: task.signal }),
    });
    task.onUsage?.(result.usage);
    task.signal?.throwIfAborted();
    return result;
  }

  /** Tells a build without libvmaf from one that broke. */
  async #assertVmaf(): Promise<void> {
    const { stdout } = await this.#runner.run({ program: this.#ffmpeg, args: filtersArgv(), readable: [] });
    if (!listsVmaf(stdout)) {
      throw new CodedError('VMAF_UNAVAILABLE', 'The ffmpeg of this worker has no libvmaf.');
    }
  }
}

async function textsOf(
  { scratchFolder }: QualityTask,
  rendition: VideoRendition,
): Promise<Parameters<typeof readQuality>[0]> {
  // Of no frames at all, ffmpeg writes nothing.
  const text = (file: string): Promise<string> => readFile(join(scratchFolder, file), 'utf8').catch(() => '');
  return {
    likeness: await text(QUALITY_FILES.likeness),
    ...(hasVmaf(rendition) ? { vmaf: await text(QUALITY_FILES.vmaf) } : {}),
    sourceTimes: await text(QUALITY_FILES.sourceTimes),
    renditionTimes: await text(QUALITY_FILES.renditionTimes),
  };
}
