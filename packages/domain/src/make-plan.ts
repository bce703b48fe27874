import {
  colourOf,
  isSameColour,
  keptColour,
  treatColour,
  treatColourAs,
  type ColourTreatment,
} from './colour.ts';
import { SOFTWARE_ENCODER } from './encoders.ts';
import { CodedError, type Warning } from './failure.ts';
import { capFrameRate } from './frame-rate-cap.ts';
import { fitInto, fitLadder, toEven, type VideoRendition } from './ladder.ts';
import { planAudio, planSubtitles } from './plan-tracks.ts';
import { planWarnings } from './plan-warnings.ts';
import { PLAN_VERSION, type Fit, type Plan, type PlannedChunk, type PlannedInput } from './plan.ts';
import type { FrameTable, SourceMeta, VideoTrack } from './probe.ts';
import { rungsOf } from './profiles.ts';
import type { PictureSize } from './quality.ts';
import { rescale, toNumber, VIDEO_TIMESCALE, type Rational } from './rational.ts';
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
  'ladder' | 'audio' | 'segmentSeconds' | 'startSeconds' | 'endSeconds' | 'append'
> &
  Partial<Pick<TranscodeRequest, 'qualityReport'>>;

/** The part of a source that is taken, in seconds since its first frame. */
type Trim = Pick<PlanRequest, 'startSeconds' | 'endSeconds'>;

/** A source as it was measured. */
export interface ProbedSource {
  readonly meta: SourceMeta;
  /** Of the video track; undefined where there is none. */
  readonly frames: FrameTable | undefined;
}

/** A plan and what it leaves out of the sources. */
export interface PlanResult {
  readonly plan: Plan;
  readonly warnings: readonly Warning[];
}

/**
 * Plans a job from its request and probes alone, never from the state of the workers: the same job gives the same plan.
 * Only the encoder of a job that asks for hardware is chosen by what there is.
 *
 * @param sources of the request, in its order
 * @param encoder of the renditions in H.264
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_NO_AUDIO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function makePlan(
  jobId: string,
  request: PlanRequest,
  sources: readonly ProbedSource[],
  encoder: string = SOFTWARE_ENCODER,
): PlanResult {
  const plan =
    rungsOf(request.ladder).length === 0
      ? planSound(jobId, request, sources)
      : planPicture(jobId, request, sources, encoder);
  const warnings = planWarnings(
    plan,
    sources.map(({ meta }) => meta),
  );
  return { plan, warnings };
}

function planPicture(
  jobId: string,
  request: PlanRequest,
  sources: readonly ProbedSource[],
  encoder: string,
): Plan {
  const pictures = placePictures(request, sources);
  const [first] = pictures;
  const renditions = planRenditions(request, pictures, encoder);
  const tracks = planTracks(request, sources);
  const chunks = cutPictures(pictures, renditions, request.segmentSeconds);
  const frames = pictures.reduce((sum, { timeline }) => sum + timeline.pts.length, 0);
  const durationTicks = pictures.at(-1)?.timeline.endTicks ?? 0;
  const nominalFrameTicks = Math.max(1, Math.round(durationTicks / frames));
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    inputs: pictures.map((picture, index) => ({
      ...takePicture(picture, renditions, first),
      ...tracks.of(index),
    })),
    video: {
      frames,
      durationTicks,
      decodeLeadTicks: Math.min(REORDER_DEPTH_FRAMES * nominalFrameTicks, MAX_DECODE_LEAD_TICKS),
      nominalFrameTicks,
    },
    presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
    renditions,
    audio: tracks.audio,
    subtitles: tracks.subtitles,
    chunks,
    ...endOf(request),
    ...(request.qualityReport === true && first !== undefined ? { quality: referenceSize(first.video) } : {}),
  };
}

/** No segment holds frames of two sources. */
function cutPictures(
  pictures: readonly PlacedPicture[],
  renditions: readonly VideoRendition[],
  segmentSeconds: number,
): PlannedChunk[] {
  let allSegments = 0;
  const segments = pictures.map(({ timeline }) => {
    const own = cutSegments(timeline, renditions, segmentSeconds, allSegments);
    allSegments += own.length;
    return own;
  });
  const chunks: PlannedChunk[] = [];
  for (const [input, { frames }] of pictures.entries()) {
    const place = { input, firstIndex: chunks.length, allSegments };
    chunks.push(...groupIntoChunks(segments[input] ?? [], frames, place));
  }
  return chunks;
}

/** The picture of a source and its place on the output timeline. */
interface PlacedPicture {
  readonly source: SourceMeta;
  readonly video: VideoTrack;
  readonly frames: FrameTable;
  readonly firstPts: number;
  readonly timeline: Timeline;
}

function placePictures(request: PlanRequest, sources: readonly ProbedSource[]): PlacedPicture[] {
  const pictures: PlacedPicture[] = [];
  for (const [index, { meta, frames }] of sources.entries()) {
    const which = sources.length === 1 ? 'The source' : `Source ${index + 1}`;
    if (meta.video === undefined || frames === undefined)
      throw new CodedError('SOURCE_NO_VIDEO', `${which} has no video track.`);
    const [firstPts] = frames.pts;
    if (firstPts === undefined)
      throw new CodedError('SOURCE_DAMAGED', `${which} holds no frame that can be decoded.`);
    const startTicks = pictures.at(-1)?.timeline.endTicks ?? 0;
    const timeline = placeFrames(frames, firstPts, trimOf(request, index), startTicks, which);
    pictures.push({ source: meta, video: meta.video, frames, firstPts, timeline });
  }
  return pictures;
}

function trimOf(request: PlanRequest, index: number): Trim {
  return index === 0 ? request : (request.append[index - 1] ?? {});
}

function takePicture(
  { source, video, frames, firstPts, timeline }: PlacedPicture,
  renditions: readonly VideoRendition[],
  first: PlacedPicture | undefined,
): Omit<PlannedInput, 'audio' | 'subtitles'> {
  const startTicks = timeline.ticks[0] ?? 0;
  const fits = fitsOf(video, renditions);
  return {
    streamIndex: video.streamIndex,
    timeBase: frames.timeBase,
    firstPts,
    originPts: timeline.pts[0] ?? firstPts,
    containerStartSeconds: source.startSeconds,
    seekIsExact: SEEKABLE_EXACTLY.test(source.container),
    startTicks,
    durationTicks: timeline.endTicks - startTicks,
    treatment: {
      ...(video.fieldOrder === undefined ? {} : { deinterlace: video.fieldOrder }),
      colour: colourTreatment(video, first?.video ?? video),
    },
    ...(first?.video === video || Object.keys(fits).length === 0 ? {} : { fits }),
  };
}

/** All sources are tagged as the first one is: a rendition has one init segment. */
function colourTreatment(video: VideoTrack, first: VideoTrack): ColourTreatment {
  return video === first ? treatColour(video) : treatColourAs(treatColour(first).output, video);
}

function fitsOf(
  { displayWidth, displayHeight }: VideoTrack,
  renditions: readonly VideoRendition[],
): Record<string, Fit> {
  return Object.fromEntries(
    renditions.flatMap((rendition) => {
      const fit = fitInto(rendition, { width: displayWidth, height: displayHeight });
      return fit === undefined ? [] : [[rendition.name, fit]];
    }),
  );
}

/** A job of sound alone: its timeline is that of the longest track of each source. */
function planSound(jobId: string, request: PlanRequest, sources: readonly ProbedSource[]): Plan {
  if (sources.every(({ meta }) => meta.audio.length === 0))
    throw new CodedError('SOURCE_NO_AUDIO', 'The source has no sound track that can be decoded.');
  const tracks = planTracks(request, sources);
  const inputs: PlannedInput[] = [];
  for (const [index, { meta }] of sources.entries()) {
    const which = sources.length === 1 ? 'The source' : `Source ${index + 1}`;
    const startTicks = endOfInput(inputs.at(-1));
    inputs.push({
      ...takeSound(meta, trimOf(request, index), startTicks, which),
      ...tracks.of(index),
      subtitles: {},
    });
  }
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    inputs,
    video: { frames: 0, durationTicks: endOfInput(inputs.at(-1)), decodeLeadTicks: 0, nominalFrameTicks: 1 },
    presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
    renditions: [],
    audio: tracks.audio,
    subtitles: [],
    chunks: [],
    ...endOf(request),
  };
}

function endOfInput(input: PlannedInput | undefined): number {
  return input === undefined ? 0 : input.startTicks + input.durationTicks;
}

function takeSound(
  source: SourceMeta,
  trim: Trim,
  startTicks: number,
  which: string,
): Omit<PlannedInput, 'audio' | 'subtitles'> {
  // Of a source without sound there is its length in silence.
  const beginnings = source.audio.map((track) => track.startSeconds);
  const startSeconds = beginnings.length === 0 ? source.startSeconds : Math.min(...beginnings);
  const lengths = source.audio.map(
    (track) => track.startSeconds + (track.durationSeconds ?? source.durationSeconds) - startSeconds,
  );
  const length = lengths.length === 0 ? source.durationSeconds : Math.max(...lengths);
  const from = trim.startSeconds ?? 0;
  const to = Math.min(trim.endSeconds ?? Infinity, length);
  if (to <= from) throw nothingLeft(length, which);
  const toTicks = (seconds: number): number => Math.round(seconds * VIDEO_TIMESCALE);
  return {
    streamIndex: 0,
    timeBase: SOUND_CLOCK,
    firstPts: toTicks(startSeconds),
    originPts: toTicks(startSeconds + from),
    containerStartSeconds: source.startSeconds,
    seekIsExact: true,
    startTicks,
    durationTicks: toTicks(to - from),
  };
}

/** Renditions of sound and text, and what each source gives to them. */
interface Tracks extends Pick<Plan, 'audio' | 'subtitles'> {
  readonly of: (input: number) => Pick<PlannedInput, 'audio' | 'subtitles'>;
}

function planTracks(request: PlanRequest, sources: readonly ProbedSource[]): Tracks {
  const metas = sources.map(({ meta }) => meta);
  const audio = planAudio(metas, request.audio);
  const subtitles = planSubtitles(metas);
  return {
    audio: [...audio.renditions],
    subtitles: [...subtitles.renditions],
    of: (input) => ({ audio: audio.streams[input] ?? {}, subtitles: subtitles.streams[input] ?? {} }),
  };
}

/** Sound and text are cut at the end only where the client asks for an end; else they may outlast the picture. */
function endOf(request: PlanRequest): Pick<Plan, 'isCut'> {
  return trimOf(request, request.append.length).endSeconds === undefined ? {} : { isCut: true };
}

/** The size of the first source as it is shown, in the even numbers that 4:2:0 takes. */
function referenceSize({ displayWidth, displayHeight }: VideoTrack): PictureSize {
  return { width: toEven(displayWidth), height: toEven(displayHeight) };
}

/** Whether two sources can keep their HDR in one rendition. */
function isKeptAlike(a: VideoTrack, b: VideoTrack): boolean {
  return a.hdr === b.hdr && isSameColour(keptColour(colourOf(a)), keptColour(colourOf(b)));
}

/** The ladder is fitted to the first source; what all have in common decides about brightness and frame rate. */
function planRenditions(
  request: PlanRequest,
  pictures: readonly PlacedPicture[],
  encoder: string,
): VideoRendition[] {
  const videos = pictures.map(({ video }) => video);
  const [first] = videos;
  const hdr = videos.every((video) => first !== undefined && isKeptAlike(video, first)) ? first?.hdr : 'none';
  const isSteady = videos.every(
    ({ frameRate }) =>
      frameRate !== undefined &&
      first?.frameRate !== undefined &&
      toNumber(frameRate) === toNumber(first.frameRate),
  );
  return fitLadder(
    request.ladder,
    {
      width: first?.displayWidth ?? 0,
      height: first?.displayHeight ?? 0,
      ...(hdr === undefined ? {} : { hdr }),
      capFor: (maxFrameRate) => capFrameRate(maxFrameRate, isSteady ? first?.frameRate : undefined),
    },
    encoder,
  );
}

/**
 * The frames that are shown within the times that the client asks for.
 *
 * @param startTicks where they begin on the output timeline
 * @param which names the source
 * @throws {CodedError} PLAN_INVALID when that is none; SOURCE_DAMAGED when frames lie too close to each other
 */
function placeFrames(
  frames: FrameTable,
  firstPts: number,
  { startSeconds, endSeconds }: Trim,
  startTicks: number,
  which: string,
): Timeline {
  const since = (pts: number): number => rescale(pts - firstPts, frames.timeBase, VIDEO_TIMESCALE);
  const limit = (seconds: number): number => seconds * VIDEO_TIMESCALE - TRIM_TOLERANCE_TICKS;
  const start = frames.pts.findIndex(
    (pts) => startSeconds === undefined || since(pts) >= limit(startSeconds),
  );
  const end = endSeconds === undefined ? -1 : frames.pts.findIndex((pts) => since(pts) >= limit(endSeconds));
  const pts = start < 0 ? [] : frames.pts.slice(start, end < 0 ? undefined : end);
  const [originPts] = pts;
  const lastPts = pts.at(-1);
  if (originPts === undefined || lastPts === undefined) {
    const afterAll = (frames.pts.at(-1) ?? firstPts) + frames.lastDurationPts;
    throw nothingLeft(since(afterAll) / VIDEO_TIMESCALE, which);
  }
  const onOutput = (time: number): number =>
    startTicks + rescale(time - originPts, frames.timeBase, VIDEO_TIMESCALE);
  const ticks = pts.map(onOutput);
  if (ticks.some((tick, frame) => tick <= (ticks[frame - 1] ?? -1)))
    throw new CodedError('SOURCE_DAMAGED', `${which} has frames that lie less than 1/90000 s apart.`);
  const endPts = end < 0 ? undefined : frames.pts[end];
  const afterLast = endPts ?? lastPts + frames.lastDurationPts;
  return {
    pts,
    ticks,
    ...(endPts === undefined ? {} : { endPts }),
    endTicks: Math.max(onOutput(afterLast), (ticks.at(-1) ?? 0) + 1),
  };
}

function nothingLeft(sourceSeconds: number, which: string): CodedError {
  return new CodedError(
    'PLAN_INVALID',
    `No frame lies between startSeconds and endSeconds; ${which.replace('The', 'the')} lasts ${sourceSeconds.toFixed(3)} s.`,
  );
}
