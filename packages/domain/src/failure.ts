import { z } from 'zod';
import { JobState } from './job-state.ts';

/**
 * What a fault means for a job:
 * - terminal: trying again can't help; the job fails at once
 * - platform: not the job's fault (a worker, the store, the network); tried again for as long as it takes
 * - encoder: the encoder broke on this piece; tried again a few times, then terminal
 */
export type FailureClass = 'terminal' | 'platform' | 'encoder';

interface FailureKind {
  readonly class: FailureClass;
  /** What the person who submitted the job can do. */
  readonly hint: string;
}

/** Every failure code of Framefold. Codes are stable: clients may branch on them. */
export const FAILURES = {
  SOURCE_NOT_FOUND: {
    class: 'terminal',
    hint: 'Check the path or URL; it must exist and be readable by the media worker.',
  },
  SOURCE_UNREACHABLE: {
    class: 'terminal',
    hint: 'Check that the server answers and that the URL is public, then submit again.',
  },
  SOURCE_FORBIDDEN: {
    class: 'terminal',
    hint: 'Upload the file, or use a source that this service is configured to read; see FRAMEFOLD_FILE_ROOTS and FRAMEFOLD_S3_SOURCE_BUCKETS in docs/configuration.md.',
  },
  SOURCE_EMPTY: { class: 'terminal', hint: 'The file holds no bytes; upload it again.' },
  SOURCE_NOT_MEDIA: {
    class: 'terminal',
    hint: 'Submit a video file (MP4, MOV, MKV, WebM, AVI, MPEG-TS or FLV).',
  },
  SOURCE_NO_VIDEO: { class: 'terminal', hint: 'The ladder needs a video track; submit a file that has one.' },
  SOURCE_NO_AUDIO: {
    class: 'terminal',
    hint: 'A ladder of sound alone needs a sound track; submit a file that has one.',
  },
  SOURCE_DAMAGED: {
    class: 'terminal',
    hint: 'Export or upload the file again; Framefold publishes only what it can decode completely.',
  },
  SOURCE_UNSUPPORTED: {
    class: 'terminal',
    hint: 'Convert the source to a common codec such as H.264, HEVC, VP9 or AV1 first.',
  },
  SOURCE_LIMIT_EXCEEDED: {
    class: 'terminal',
    hint: 'Split or scale down the source, or have the operator raise the limit.',
  },
  SOURCE_CHANGED: {
    class: 'terminal',
    hint: 'The source changed while the job ran; submit it again when it is complete.',
  },
  PLAN_INVALID: {
    class: 'terminal',
    hint: 'Correct the ladder, the times or the segment length of the request.',
  },
  OUTPUT_INVALID: {
    class: 'terminal',
    hint: 'The finished pieces did not join exactly; please report this with the job id.',
  },
  ENCODER_CRASHED: {
    class: 'encoder',
    hint: 'The encoder broke on this source on every try; try another source file or encoder build.',
  },
  ENCODER_TIMED_OUT: {
    class: 'encoder',
    hint: 'Raise resourceLimits.timeoutSec or choose a faster preset or smaller ladder.',
  },
  ENCODER_OUT_OF_MEMORY: {
    class: 'encoder',
    hint: 'Raise resourceLimits.maxMemoryMb, or ask the operator for more; or submit a smaller source or ladder.',
  },
  ENCODER_OUT_OF_DISK: {
    class: 'encoder',
    hint: 'Raise resourceLimits.maxDiskMb, or choose shorter segments or lower bit rates.',
  },
  ENCODER_OUTPUT_INVALID: {
    class: 'encoder',
    hint: 'The encoder gave other frames than planned; please report this with the job id.',
  },
  QUALITY_MISALIGNED: {
    class: 'terminal',
    hint: 'The job is complete without its quality report; please report this with the job id.',
  },
  VMAF_UNAVAILABLE: {
    class: 'terminal',
    hint: 'The operator must give the workers an ffmpeg with libvmaf, such as the pinned build.',
  },
  STORE_UNAVAILABLE: {
    class: 'platform',
    hint: 'The object store did not answer; nothing to do for the submitter.',
  },
  STORE_FULL: { class: 'platform', hint: 'The operator must free disk space.' },
  CATALOGUE_UNAVAILABLE: {
    class: 'platform',
    hint: 'The catalogue did not answer; nothing to do for the submitter.',
  },
  SOURCE_INTERRUPTED: { class: 'platform', hint: 'The download broke off and is resumed.' },
  WORKER_LOST: {
    class: 'encoder',
    hint: 'Workers died on this piece repeatedly; the operator should look at their logs.',
  },
  PROBE_CRASHED: {
    class: 'encoder',
    hint: 'Reading this source broke ffprobe on every try; convert the source first.',
  },
  SANDBOX_REQUIRED: {
    class: 'terminal',
    hint: 'The operator must install bubblewrap on the workers, or set FRAMEFOLD_SANDBOX=off to trust all sources.',
  },
  WORKER_BUSY: {
    class: 'platform',
    hint: 'The worker had to leave this to another; nothing to do for the submitter.',
  },
  WORKER_DISK_LOW: {
    class: 'platform',
    hint: 'The operator must free disk space for the scratch folder of the workers.',
  },
  TEMPORAL_UNAVAILABLE: {
    class: 'platform',
    hint: 'Temporal did not answer; nothing to do for the submitter.',
  },
  BATCH_RUNNING: { class: 'platform', hint: 'Jobs of the batch still run; it is looked at again.' },
  DRY_RUN_TIMED_OUT: {
    class: 'terminal',
    hint: 'Submit the job: it may take as long as it needs.',
  },
  WEBHOOK_REFUSED: { class: 'platform', hint: 'The receiver must answer 2xx.' },
  INTERNAL: { class: 'terminal', hint: 'This is a fault in Framefold; please report it with the job id.' },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;
export const FailureCode = z.enum(Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]);

/** Why a job failed, as clients see it. */
export const JobFailure = z.object({
  code: FailureCode,
  message: z.string(),
  hint: z.string(),
  /** The state in which the job was. */
  phase: JobState,
  /** Whether submitting the same job again may succeed. */
  retryable: z.boolean(),
});
export type JobFailure = z.infer<typeof JobFailure>;

/**
 * A fault with a stable code. The domain and the platform return or throw it; `activities/failures.ts` alone turns it
 * into a Temporal failure.
 */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly detail: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The client's view of a fault that ended a job in state `phase`. */
export function describeFailure(code: FailureCode, message: string, phase: JobState): JobFailure {
  const kind: FailureKind = FAILURES[code];
  return { code, message, hint: kind.hint, phase, retryable: kind.class !== 'terminal' };
}

/** A departure from the source or the request that did not stop the job. */
export const Warning = z.object({
  code: z.enum([
    'AUDIO_LEAD_TRIMMED',
    'AUDIO_DOWNMIXED',
    'AUDIO_TRACKS_SKIPPED',
    'AUDIO_UNDECODABLE',
    'SUBTITLES_SKIPPED',
    'VIDEO_TRACKS_SKIPPED',
    'HDR_TONE_MAPPED',
    'CHROMA_REDUCED',
    'ALPHA_DROPPED',
    'BIT_DEPTH_REDUCED',
    'COLOUR_CONVERTED',
    'PICTURE_FITTED',
    'AUDIO_MISSING',
    'AUDIO_LANGUAGE_DIFFERS',
    'AUDIO_TAIL_TRIMMED',
    'HDR_METADATA_DROPPED',
    'DEINTERLACED',
    'DOLBY_VISION_DROPPED',
    'FRAME_RATE_REDUCED',
    'LIMIT_CLAMPED',
    'LIMIT_NOT_ENFORCED',
    'SANDBOX_UNAVAILABLE',
    'GPU_UNAVAILABLE',
    'RENDITION_FELL_BACK',
    'QUALITY_NOT_MEASURED',
    'VMAF_NOT_MEASURED',
  ]),
  message: z.string(),
});
export type Warning = z.infer<typeof Warning>;
