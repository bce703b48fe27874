import {
  colourOf,
  isSameColour,
  keptColour,
  treatColour,
  treatColourAs,
  type ColourTreatment,
} from './colour.ts';
import { capFrameRate } from './frame-rate-cap.ts';
import { fitInto, fitLadder, toEven, type VideoRendition } from './ladder.ts';
import { placePictures, type PlacedPicture } from './place-pictures.ts';
import { endOf, PRESENTATION_ORIGIN_SECONDS, type PlanRequest, type ProbedSource } from './plan-inputs.ts';
import { planTracks } from './plan-tracks.ts';
import { PLAN_VERSION, type Fit, type Plan, type PlannedChunk, type PlannedInput } from './plan.ts';
import type { VideoTrack } from './probe.ts';
import type { PictureSize } from './quality.ts';
import { VIDEO_TIMESCALE } from './rational.ts';
import { cutSegments, groupIntoChunks } from './segments.ts';

/** Frames that the encoder may hold back for reordering: B-frames with a reference among them (x264 b-pyramid). */
const REORDER_DEPTH_FRAMES = 2;

/** A longer lead would gain nothing; slower sources get uneven decode times instead. */
const MAX_DECODE_LEAD_TICKS = VIDEO_TIMESCALE / 10;

/**
 * A job with a picture: the ladder fitted to its sources, cut into segments and chunks.
 *
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function planPicture(
  jobId: string,
  request: PlanRequest,
  sources: readonly ProbedSource[],
  encoder: string,
): Plan {
  const pictures = placePictures(request, sources);
  const [first] = pictures;
  const renditions = planRenditions(request, pictures, encoder);
  const inputs = pictures.map((picture) => takePicture(picture, renditions, first));
  const tracks = planTracks(request, sources);
  const chunks = cutPictures(pictures, inputs, request.segmentSeconds);
  const frames = pictures.reduce((sum, { timeline }) => sum + timeline.pts.length, 0);
  const durationTicks = pictures.at(-1)?.timeline.endTicks ?? 0;
  const nominalFrameTicks = Math.max(1, Math.round(durationTicks / frames));
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    inputs: inputs.map((input, index) => ({ ...input, ...tracks.of(index) })),
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
  inputs: readonly Pick<PlannedInput, 'frameRateCaps'>[],
  segmentSeconds: number,
): PlannedChunk[] {
  let allSegments = 0;
  const segments = pictures.map(({ timeline }, input) => {
    const own = cutSegments(timeline, inputs[input]?.frameRateCaps ?? {}, segmentSeconds, allSegments);
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
    frameRateCaps: capsOf(video, renditions),
  };
}

const SEEKABLE_EXACTLY = /\b(mov|mp4|matroska|webm)\b/;

/** All sources are tagged as the first one is: a rendition has one init segment. */
function colourTreatment(video: VideoTrack, first: VideoTrack): ColourTreatment {
  return video === first ? treatColour(video) : treatColourAs(treatColour(first).output, video);
}

/** Each source is held under the ceilings by its own frame rate. */
function capsOf(
  { frameRate }: VideoTrack,
  renditions: readonly VideoRendition[],
): PlannedInput['frameRateCaps'] {
  return Object.fromEntries(
    renditions.flatMap(({ name, maxFrameRate }) => {
      const cap = maxFrameRate === undefined ? undefined : capFrameRate(maxFrameRate, frameRate);
      return cap === undefined ? [] : [[name, cap]];
    }),
  );
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

/** The size of the first source as it is shown, in the even numbers that 4:2:0 takes. */
function referenceSize({ displayWidth, displayHeight }: VideoTrack): PictureSize {
  return { width: toEven(displayWidth), height: toEven(displayHeight) };
}

/** Whether two sources can keep their HDR in one rendition. */
function isKeptAlike(a: VideoTrack, b: VideoTrack): boolean {
  return a.hdr === b.hdr && isSameColour(keptColour(colourOf(a)), keptColour(colourOf(b)));
}

/** The ladder is fitted to the first source; HDR is kept where all have it in common. */
function planRenditions(
  request: PlanRequest,
  pictures: readonly PlacedPicture[],
  encoder: string,
): VideoRendition[] {
  const videos = pictures.map(({ video }) => video);
  const [first] = videos;
  const hdr = videos.every((video) => first !== undefined && isKeptAlike(video, first)) ? first?.hdr : 'none';
  return fitLadder(
    request.ladder,
    {
      width: first?.displayWidth ?? 0,
      height: first?.displayHeight ?? 0,
      ...(hdr === undefined ? {} : { hdr }),
    },
    encoder,
  );
}
