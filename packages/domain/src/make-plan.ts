import { treatColour } from './colour.ts';
import { SOFTWARE_ENCODER } from './encoders.ts';
import { CodedError, type Warning } from './failure.ts';
import { capFrameRate } from './frame-rate-cap.ts';
import { fitLadder, toEven, type VideoRendition } from './ladder.ts';
import { planAudio, planSubtitles } from './plan-tracks.ts';
import { planWarnings } from './plan-warnings.ts';
import { PLAN_VERSION, type PictureTreatment, type Plan } from './plan.ts';
import type { FrameTable, SourceMeta, VideoTrack } from './probe.ts';
import { rungsOf } from './profiles.ts';
import type { PictureSize } from './quality.ts';
import { rescale, VIDEO_TIMESCALE, type Rational } from './rational.ts';
import type { TranscodeRequest } from './request.ts';
import { cutSegments, groupIntoChunks, type Timeline } from './segments.ts';

/** Frames that the encoder may hold back for reordering: B-frames with a reference among them (x264 b-pyramid). */
const REORDER_DEPTH_FRAMES = 2;

/** A longer lead would gain nothing; slower sources get uneven decode times instead. */
const MAX_DECODE_LEAD_TICKS = VIDEO_TIMESCALE / 10;

/** Leaves room for decode lead and audio priming before the first frame: times in boxes can't be negative. */
const PRESENTATION_ORIGIN_SECONDS = 1;

/** A time that a client rounded to the millisecond still means its frame. */
const TRIM_TOLERANCE_TICKS = VIDEO_TIMESCALE / 2000;

const SEEKABLE_EXACTLY = /\b(mov|mp4|matroska|webm)\b/;

/** The clock of a job that takes no picture. */
const SOUND_CLOCK: Rational = { num: 1, den: VIDEO_TIMESCALE };

/** What of a request decides about the plan. */
export type PlanRequest = Pick<
  TranscodeRequest,
  'ladder' | 'audio' | 'segmentSeconds' | 'startSeconds' | 'endSeconds'
> &
  Partial<Pick<TranscodeRequest, 'qualityReport'>>;

/** A plan and what it leaves out of the source. */
export interface PlanResult {
  readonly plan: Plan;
  readonly warnings: readonly Warning[];
}

/**
 * Plans a job from its request and probe alone, never from the state of the workers: the same job gives the same plan.
 * Only the encoder of a job that asks for hardware is chosen by what there is.
 *
 * @param frames of the video track; undefined where the source has none
 * @param encoder of the renditions in H.264
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_NO_AUDIO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function makePlan(
  jobId: string,
  request: PlanRequest,
  source: SourceMeta,
  frames: FrameTable | undefined,
  encoder: string = SOFTWARE_ENCODER,
): PlanResult {
  const plan =
    rungsOf(request.ladder).length === 0
      ? planSound(jobId, request, source)
      : planPicture(jobId, request, source, frames, encoder);
  const warnings = planWarnings(plan, source);
  if (plan.treatment !== undefined && source.video !== undefined)
    warnings.push(...treatColour(source.video).warnings);
  return { plan, warnings };
}

function planPicture(
  jobId: string,
  request: PlanRequest,
  source: SourceMeta,
  frames: FrameTable | undefined,
  encoder: string,
): Plan {
  const { video } = source;
  if (video === undefined || frames === undefined)
    throw new CodedError('SOURCE_NO_VIDEO', 'The source has no video track.');
  const firstPts = frames.pts[0];
  if (firstPts === undefined) {
    throw new CodedError('SOURCE_DAMAGED', 'The video track holds no frame that can be decoded.');
  }
  const timeline = trim(frames, firstPts, request);
  const renditions = planRenditions(request, video, encoder);
  const segments = cutSegments(timeline, renditions, request.segmentSeconds);
  const nominalFrameTicks = Math.max(1, Math.round(timeline.durationTicks / timeline.pts.length));
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    video: {
      streamIndex: video.streamIndex,
      timeBase: frames.timeBase,
      firstPts,
      originPts: timeline.pts[0] ?? firstPts,
      containerStartSeconds: source.startSeconds,
      seekIsExact: SEEKABLE_EXACTLY.test(source.container),
      frames: timeline.pts.length,
      durationTicks: timeline.durationTicks,
      decodeLeadTicks: Math.min(REORDER_DEPTH_FRAMES * nominalFrameTicks, MAX_DECODE_LEAD_TICKS),
      nominalFrameTicks,
    },
    presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
    treatment: treat(video),
    renditions,
    audio: planAudio(source, request.audio),
    subtitles: planSubtitles(source),
    chunks: groupIntoChunks(segments, frames),
    ...endOf(request),
    ...(request.qualityReport === true ? { quality: referenceSize(video) } : {}),
  };
}

/** A job of sound alone: its timeline is that of the source's longest track. */
function planSound(jobId: string, request: PlanRequest, source: SourceMeta): Plan {
  if (source.audio.length === 0)
    throw new CodedError('SOURCE_NO_AUDIO', 'The source has no sound track that can be decoded.');
  const startSeconds = Math.min(...source.audio.map((track) => track.startSeconds));
  const lengths = source.audio.map(
    (track) => track.startSeconds + (track.durationSeconds ?? source.durationSeconds) - startSeconds,
  );
  const from = request.startSeconds ?? 0;
  const to = Math.min(request.endSeconds ?? Infinity, Math.max(...lengths));
  if (to <= from) throw nothingLeft(Math.max(...lengths));
  const toTicks = (seconds: number): number => Math.round(seconds * VIDEO_TIMESCALE);
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    video: {
      streamIndex: 0,
      timeBase: SOUND_CLOCK,
      firstPts: toTicks(startSeconds),
      originPts: toTicks(startSeconds + from),
      containerStartSeconds: source.startSeconds,
      seekIsExact: true,
      frames: 0,
      durationTicks: toTicks(to - from),
      decodeLeadTicks: 0,
      nominalFrameTicks: 1,
    },
    presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
    renditions: [],
    audio: planAudio(source, request.audio),
    subtitles: [],
    chunks: [],
    ...endOf(request),
  };
}

/** Sound and text are cut at the end only where the client asks for an end; else they may outlast the picture. */
function endOf({ endSeconds }: PlanRequest): Pick<Plan, 'isCut'> {
  return endSeconds === undefined ? {} : { isCut: true };
}

/** The size of the source as it is shown, in the even numbers that 4:2:0 takes. */
function referenceSize({ displayWidth, displayHeight }: VideoTrack): PictureSize {
  return { width: toEven(displayWidth), height: toEven(displayHeight) };
}

function planRenditions(request: PlanRequest, video: VideoTrack, encoder: string): VideoRendition[] {
  return fitLadder(
    request.ladder,
    {
      width: video.displayWidth,
      height: video.displayHeight,
      hdr: video.hdr,
      capFor: (maxFrameRate) => capFrameRate(maxFrameRate, video.frameRate),
    },
    encoder,
  );
}

function treat(video: VideoTrack): PictureTreatment {
  return {
    ...(video.fieldOrder === undefined ? {} : { deinterlace: video.fieldOrder }),
    colour: treatColour(video).treatment,
  };
}

/**
 * The frames that are shown within the times that the client asks for.
 *
 * @throws {CodedError} PLAN_INVALID when that is none; SOURCE_DAMAGED when frames lie too close to each other
 */
function trim(frames: FrameTable, firstPts: number, { startSeconds, endSeconds }: PlanRequest): Timeline {
  const since = (pts: number): number => rescale(pts - firstPts, frames.timeBase, VIDEO_TIMESCALE);
  const limit = (seconds: number): number => seconds * VIDEO_TIMESCALE - TRIM_TOLERANCE_TICKS;
  const start = frames.pts.findIndex(
    (pts) => startSeconds === undefined || since(pts) >= limit(startSeconds),
  );
  const end = endSeconds === undefined ? -1 : frames.pts.findIndex((pts) => since(pts) >= limit(endSeconds));
  const pts = start < 0 ? [] : frames.pts.slice(start, end < 0 ? undefined : end);
  const [originPts] = pts;
  const lastPts = pts.at(-1);
  if (originPts === undefined || lastPts === undefined)
    throw nothingLeft(since((frames.pts.at(-1) ?? firstPts) + frames.lastDurationPts) / VIDEO_TIMESCALE);
  const ticks = pts.map((time) => rescale(time - originPts, frames.timeBase, VIDEO_TIMESCALE));
  if (ticks.some((tick, frame) => tick <= (ticks[frame - 1] ?? -1))) {
    throw new CodedError('SOURCE_DAMAGED', 'Frames of the video track lie less than 1/90000 s apart.');
  }
  const endPts = end < 0 ? undefined : frames.pts[end];
  const afterLast = endPts ?? lastPts + frames.lastDurationPts;
  return {
    pts,
    ticks,
    ...(endPts === undefined ? {} : { endPts }),
    durationTicks: Math.max(
      rescale(afterLast - originPts, frames.timeBase, VIDEO_TIMESCALE),
      (ticks.at(-1) ?? 0) + 1,
    ),
  };
}

function nothingLeft(sourceSeconds: number): CodedError {
  return new CodedError(
    'PLAN_INVALID',
    `No frame lies between startSeconds and endSeconds; the source lasts ${sourceSeconds.toFixed(3)} s.`,
  );
}
