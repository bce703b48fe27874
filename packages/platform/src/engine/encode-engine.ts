import type { AudioRendition, Plan, PlannedChunk } from '@framefold/domain';
import type { ProcessLimits } from '../limits/resource-control.ts';
import type { ResourceUsage } from '../process/process-runner.ts';

/** A media segment on the worker's disk, its boxes already set to the plan's timeline. */
export interface LocalSegment {
  readonly index: number;
  readonly file: string;
  readonly samples: number;
  /** On the rendition's timescale, without the presentation origin. */
  readonly startTicks: number;
  readonly durationTicks: number;
}

export interface LocalRendition {
  readonly name: string;
  readonly timescale: number;
  readonly initFile: string;
  /** The quality that kept it under its ceiling, where that is coarser than what was asked for. */
  readonly crf?: number;
  readonly segments: readonly LocalSegment[];
}

export interface EngineProgress {
  readonly framesDone: number;
  /** Media seconds encoded per second. */
  readonly speed: number;
}

export interface EngineTask {
  /** Local files: of a chunk the source that it is of, of sound the plan's sources in their order. */
  readonly sourceFiles: readonly string[];
  readonly plan: Plan;
  /** An empty folder that the engine may fill; the caller removes it. */
  readonly scratchFolder: string;
  /** What each process of the engine may use, and the time for all of them together. */
  readonly limits?: ProcessLimits;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Told what each process of the engine used, when it has ended. */
  readonly onUsage?: (usage: ResourceUsage) => void;
}

/**
 * Turns a planned piece of the source into CMAF segments: ffmpeg first, other engines behind the same port and the
 * same contract suite. Output must hold exactly the planned frames at the planned times, else it throws.
 *
 * Throws {@link CodedError}: SOURCE_DAMAGED, SOURCE_UNSUPPORTED, ENCODER_CRASHED, ENCODER_TIMED_OUT,
 * ENCODER_OUT_OF_MEMORY, ENCODER_OUT_OF_DISK, ENCODER_OUTPUT_INVALID.
 */
export interface EncodeEngine {
  readonly name: string;
  /** Identifies the encoder build; equal builds give equal bytes. */
  readonly build: string;
  /** The command line by which `encodeChunk` will first write output, for the attempt's record. */
  chunkArgv(task: EngineTask, chunk: PlannedChunk): readonly string[];
  encodeChunk(task: EngineTask, chunk: PlannedChunk): Promise<readonly LocalRendition[]>;
  audioArgv(task: EngineTask, track: AudioRendition): readonly string[];
  encodeAudio(task: EngineTask, track: AudioRendition): Promise<LocalRendition>;
}
