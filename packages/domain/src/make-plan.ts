import { SOFTWARE_ENCODER } from './encoders.ts';
import { CodedError, type Warning } from './failure.ts';
import { fitLadder } from './ladder.ts';
import {
  PLAN_VERSION,
  type AudioRendition,
  type Plan,
  type PlannedChunk,
  type PlannedSegment,
} from './plan.ts';
import type { FrameTable, SourceMeta, VideoTrack } from './probe.ts';
import { rescale, VIDEO_TIMESCALE } from './rational.ts';
import type { TranscodeRequest } from './request.ts';

/** Frames that the encoder may hold back for reordering: B-frames with a reference among them (x264 b-pyramid). */
const REORDER_DEPTH_FRAMES = 2;

/** A longer lead would gain nothing; slower sources get uneven decode times instead. */
const MAX_DECODE_LEAD_TICKS = VIDEO_TIMESCALE / 10;

/** A job is planned into at most this many encode tasks; above, chunks take more segments. */
const MAX_TASKS = 20_000;

const MAX_AUDIO_TRACKS = 8;

/** Leaves room for decode lead and audio priming before the first frame: times in boxes can't be negative. */
const PRESENTATION_ORIGIN_SECONDS = 1;

/** Audio that starts less than this before the picture is cut without a word: one frame of video. */
const AUDIO_LEAD_TOLERANCE_SECONDS = 0.045;

const SEEKABLE_EXACTLY = /\b(mov|mp4|matroska|webm)\b/;

/** A plan and what it leaves out of the source. */
export interface PlanResult {
  readonly plan: Plan;
  readonly warnings: readonly Warning[];
}

/**
 * Plans a job from its request and probe alone, never from the state of the workers: the same job gives the same plan.
 * Only the encoder of a job that asks for hardware is chosen by what there is.
 *
 * @param encoder of the picture
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function makePlan(
  jobId: string,
  request: Pick<TranscodeRequest, 'ladder' | 'segmentSeconds'>,
  source: SourceMeta,
  frames: FrameTable,
  encoder: string = SOFTWARE_ENCODER,
): PlanResult {
  const video = source.video;
  if (video === undefined) throw new CodedError('SOURCE_NO_VIDEO', 'The source has no video track.');
  const originPts = frames.pts[0];
  if (originPts === undefined) {
    throw new CodedError('SOURCE_DAMAGED', 'The video track holds no frame that can be decoded.');
  }
  const ticks = frames.pts.map((pts) => rescale(pts - originPts, frames.timeBase, VIDEO_TIMESCALE));
  if (ticks.some((tick, frame) => tick <= (ticks[frame - 1] ?? -1))) {
    throw new CodedError('SOURCE_DAMAGED', 'Frames of the video track lie less than 1/90000 s apart.');
  }
  const lastPts = frames.pts.at(-1) ?? originPts;
  const durationTicks = Math.max(
    rescale(lastPts - originPts + frames.lastDurationPts, frames.timeBase, VIDEO_TIMESCALE),
    (ticks.at(-1) ?? 0) + 1,
  );
  const segments = cutSegments(frames.pts, ticks, durationTicks, request.segmentSeconds);
  const nominalFrameTicks = Math.max(1, Math.round(durationTicks / frames.pts.length));
  const audio = planAudio(source);
  return {
    plan: {
      version: PLAN_VERSION,
      jobId,
      segmentSeconds: request.segmentSeconds,
      video: {
        streamIndex: video.streamIndex,
        timeBase: frames.timeBase,
        originPts,
        containerStartSeconds: source.startSeconds,
        seekIsExact: SEEKABLE_EXACTLY.test(source.container),
        frames: frames.pts.length,
        durationTicks,
        decodeLeadTicks: Math.min(REORDER_DEPTH_FRAMES * nominalFrameTicks, MAX_DECODE_LEAD_TICKS),
        nominalFrameTicks,
      },
      presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
      treatment: { toneMap: video.hdr },
      renditions: fitLadder(
        request.ladder,
        { width: video.displayWidth, height: video.displayHeight },
        encoder,
      ),
      audio,
      chunks: groupIntoChunks(segments, frames),
    },
    warnings: warningsFor(source, video, audio),
  };
}

/** Cuts the frames on a uniform grid; a cell without a frame start (a frame held for long) gives no segment. */
export function cutSegments(
  pts: readonly number[],
  ticks: readonly number[],
  durationTicks: number,
  segmentSeconds: number,
): PlannedSegment[] {
  const cellTicks = segmentSeconds * VIDEO_TIMESCALE;
  const starts: number[] = [];
  let lastCell = -1;
  ticks.forEach((tick, frame) => {
    const cell = Math.floor(tick / cellTicks);
    if (cell > lastCell) {
      starts.push(frame);
      lastCell = cell;
    }
  });
  return starts.map((first, index) => {
    const next = starts[index + 1];
    return {
      index,
      sourceStartPts: pts[first] ?? 0,
      ...(next === undefined ? {} : { sourceEndPts: pts[next] ?? 0 }),
      startTicks: ticks[first] ?? 0,
      endTicks: next === undefined ? durationTicks : (ticks[next] ?? 0),
      frames: (next ?? pts.length) - first,
    };
  });
}

/**
 * Groups segments into chunks: one segment each, except where the source's keyframes are so sparse that decoding up to
 * the first frame would outlast the chunk itself, or where the job would pass 20,000 tasks.
 *
 * Decoding costs about a tenth of encoding a ladder, so a chunk no shorter than its run-up wastes at most a tenth.
 */
export function groupIntoChunks(segments: readonly PlannedSegment[], frames: FrameTable): PlannedChunk[] {
  const minimumSegments = Math.ceil(segments.length / MAX_TASKS);
  const chunks: PlannedChunk[] = [];
  const starts = decodeStarts(frames);
  let start = 0;
  let current: { seekPts: number; segments: PlannedSegment[] } | undefined;
  const flush = (): void => {
    if (current === undefined) return;
    const count = current.segments.reduce((sum, segment) => sum + segment.frames, 0);
    chunks.push({ index: chunks.length, ...current, frames: count });
  };
  for (const segment of segments) {
    while ((starts[start + 1] ?? Infinity) <= segment.sourceStartPts) start++;
    const seekPts = starts[start] ?? segment.sourceStartPts;
    const runUp = segment.sourceStartPts - seekPts;
    const first = current?.segments[0];
    const length = first === undefined ? 0 : segment.sourceStartPts - first.sourceStartPts;
    const runUpOfCurrent =
      current === undefined || first === undefined ? 0 : first.sourceStartPts - current.seekPts;
    const currentIsDone =
      current === undefined ||
      (current.segments.length >= minimumSegments && (length >= runUpOfCurrent || runUp === 0));
    if (currentIsDone) {
      flush();
      current = { seekPts, segments: [] };
    }
    current?.segments.push(segment);
  }
  flush();
  return chunks;
}

/** Times of the frames at which decoding can begin; the first frame is one whatever the container says. */
function decodeStarts(frames: FrameTable): number[] {
  const starts = frames.keyframes.flatMap((frame) => frames.pts[frame] ?? []);
  return frames.keyframes[0] === 0 ? starts : [...frames.pts.slice(0, 1), ...starts];
}

function planAudio(source: SourceMeta): AudioRendition[] {
  const tracks = source.audio.slice(0, MAX_AUDIO_TRACKS);
  const taken = new Set<string>();
  const unique = (base: string, join: (suffix: number) => string): string => {
    let name = base;
    for (let suffix = 2; taken.has(name); suffix++) name = join(suffix);
    taken.add(name);
    return name;
  };
  const defaultTrack = Math.max(
    0,
    tracks.findIndex((track) => track.isDefault),
  );
  return tracks.map((track, index) => {
    const base = `audio-${(track.language ?? 'und').toLowerCase().replace(/[^a-z0-9-]/g, '') || 'und'}`;
    // Names of tracks differ within a group (RFC 8216, 4.3.4.1).
    const label = track.title ?? track.language ?? `Audio ${index + 1}`;
    return {
      name: unique(base, (suffix) => `${base}-${suffix}`),
      streamIndex: track.streamIndex,
      ...(track.language === undefined ? {} : { language: track.language }),
      label: unique(label, (suffix) => `${label} (${suffix})`),
      isDefault: index === defaultTrack,
      codec: 'aac',
      channels: Math.min(2, track.channels),
      sampleRateHz: 48_000,
      bitrateKbps: 128,
    };
  });
}

function warningsFor(source: SourceMeta, video: VideoTrack, audio: readonly AudioRendition[]): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: Warning['code'], message: string): void => void warnings.push({ code, message });
  if (video.hdr !== 'none')
    warn('HDR_TONE_MAPPED', `The ${video.hdr.toUpperCase()} source is tone-mapped to SDR (BT.709).`);
  if (/(422|444)/.test(video.pixelFormat)) {
    warn('CHROMA_REDUCED', `Colour is reduced from ${video.pixelFormat} to 4:2:0 for H.264 players.`);
  }
  if (video.interlaced)
    warn('INTERLACED_KEPT', 'The source is marked as interlaced; it is not deinterlaced.');
  if (source.otherVideoTracks > 0) {
    warn('VIDEO_TRACKS_SKIPPED', `${source.otherVideoTracks} further video track(s) are left out.`);
  }
  if (source.subtitleTracks > 0)
    warn('SUBTITLES_SKIPPED', `${source.subtitleTracks} subtitle track(s) are left out.`);
  if (source.undecodableAudioTracks > 0) {
    warn(
      'AUDIO_UNDECODABLE',
      `${source.undecodableAudioTracks} audio track(s) in an unknown format are left out.`,
    );
  }
  if (source.audio.length > audio.length) {
    warn(
      'AUDIO_TRACKS_SKIPPED',
      `Only the first ${audio.length} of ${source.audio.length} audio tracks are kept.`,
    );
  }
  for (const [index, rendition] of audio.entries()) {
    const track = source.audio[index];
    if (track === undefined) continue;
    if (track.channels > rendition.channels) {
      warn(
        'AUDIO_DOWNMIXED',
        `${rendition.name}: ${track.channels} channels are mixed down to ${rendition.channels}.`,
      );
    }
    const leadSeconds = video.startSeconds - track.startSeconds;
    if (leadSeconds > AUDIO_LEAD_TOLERANCE_SECONDS) {
      warn(
        'AUDIO_LEAD_TRIMMED',
        `${rendition.name}: ${leadSeconds.toFixed(3)} s of sound before the first picture are cut.`,
      );
    }
  }
  return warnings;
}
