import type { PlannedChunk, VideoRendition } from '@framefold/domain';
import type { SegmentSums } from '@framefold/media';
import type { EngineTask } from './encode-engine.ts';

/** What a rendition is compared by. The working folder is the caller's, who removes what is left in it. */
export interface QualityTask extends Omit<EngineTask, 'onProgress' | 'sourceFiles'> {
  /** What the chunk is made from, as a local file. */
  readonly sourceFile: string;
  /** What the rendition has for the chunk, its init and segments in one local file. */
  readonly renditionFile: string;
}

/**
 * Measures how like its source a rendition of a chunk is. The source comes through the very steps by which it was
 * encoded; both sides must have exactly the planned frames at the planned times, or there is a fault and no number.
 *
 * Throws {@link CodedError}: VMAF_UNAVAILABLE, QUALITY_MISALIGNED, ENCODER_CRASHED, ENCODER_TIMED_OUT,
 * ENCODER_OUT_OF_MEMORY, ENCODER_OUT_OF_DISK.
 */
export interface QualityMeter {
  /** The command line that `measure` will run, for the attempt's record. */
  argv(task: QualityTask, chunk: PlannedChunk, rendition: VideoRendition): readonly string[];
  measure(task: QualityTask, chunk: PlannedChunk, rendition: VideoRendition): Promise<SegmentSums>;
}
