import { VIDEO_TIMESCALE, type Plan, type PlannedChunk, type VideoRendition } from '@framefold/domain';
import { deviceArgs, encoderArgs, uploadFilters, type EncodeDevice } from './encoder-args.ts';
import { guardedInput } from './input-args.ts';
import { renditionFilters, treatmentFilters } from './picture-filters.ts';

/** Where decoding begins. */
export type Seek =
  | { readonly from: 'keyframe'; readonly earlierSeconds: number }
  /** Decode the whole file up to the chunk: slow, and right where seeking is not. */
  | { readonly from: 'start' };

export interface ChunkFiles {
  readonly sourceFile: string;
  /** The output file of each rendition by name. */
  readonly outputFile: (renditionName: string) => string;
}

/**
 * The ffmpeg command line (without the program) that decodes one chunk once and encodes it at all renditions.
 *
 * Frames are chosen by their exact times on the source's clock, behind the filters, and get their times on the output
 * timeline; ffmpeg neither drops nor doubles any. One thread per encoder makes the bytes independent of the machine;
 * the renditions run side by side.
 *
 * @param device of hardware encoders
 */
export function chunkArgv(
  plan: Plan,
  chunk: PlannedChunk,
  files: ChunkFiles,
  seek: Seek,
  device?: EncodeDevice,
): string[] {
  const encoders = new Set(plan.renditions.map(({ encoder }) => encoder));
  return [
    '-nostdin',
    '-hide_banner',
    '-v',
    'error',
    '-y',
    // A frame that does not decode cleanly ends the encode: damage is refused, never concealed.
    '-xerror',
    '-progress',
    'pipe:1',
    '-stats_period',
    '0.5',
    ...[...encoders].flatMap((encoder) => deviceArgs(encoder, device)),
    '-threads',
    '1',
    ...seekArgs(plan, chunk, seek),
    ...guardedInput(files.sourceFile),
    '-filter_complex_threads',
    '1',
    '-filter_complex',
    filterGraph(plan, chunk),
    ...plan.renditions.flatMap((rendition, index) => outputArgs(chunk, rendition, index, files)),
  ];
}

function seekArgs(plan: Plan, chunk: PlannedChunk, seek: Seek): string[] {
  const { timeBase, originPts, containerStartSeconds, seekIsExact } = plan.video;
  const isFirst = chunk.segments[0]?.sourceStartPts === originPts;
  if (isFirst || seek.from === 'start') return ['-copyts'];
  // MPEG-TS, AVI and FLV have no index of exact times: begin at least a second before the keyframe.
  const margin = seek.earlierSeconds + (seekIsExact ? 0 : 1);
  const keyframeSeconds = (chunk.seekPts * timeBase.num) / timeBase.den;
  // `-ss` counts from the container's start. A microsecond more makes up for its rounding down.
  const seconds = Math.max(0, keyframeSeconds - containerStartSeconds - margin + 0.000_001);
  return ['-noaccurate_seek', '-ss', seconds.toFixed(6), '-copyts'];
}

function filterGraph(plan: Plan, chunk: PlannedChunk): string {
  const first = chunk.segments[0];
  const last = chunk.segments.at(-1);
  const end = last?.sourceEndPts === undefined ? '' : `:end_pts=${last.sourceEndPts}`;
  const shared = [
    `trim=start_pts=${first?.sourceStartPts ?? 0}${end}`,
    `setpts=PTS-(${plan.video.originPts})`,
    `settb=1/${VIDEO_TIMESCALE}`,
    ...treatmentFilters(plan.treatment),
    `split=${plan.renditions.length}`,
  ].join(',');
  const outputs = plan.renditions.map((_, index) => `[s${index}]`).join('');
  const scaled = plan.renditions.map(
    (rendition, index) =>
      `[s${index}]${[...renditionFilters(rendition), ...uploadFilters(rendition.encoder)].join(',')}[v${index}]`,
  );
  return [`[0:${plan.video.streamIndex}]${shared}${outputs}`, ...scaled].join(';');
}

function outputArgs(
  chunk: PlannedChunk,
  rendition: VideoRendition,
  index: number,
  files: ChunkFiles,
): string[] {
  return [
    '-map',
    `[v${index}]`,
    '-map_metadata',
    '-1',
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    `1:${VIDEO_TIMESCALE}`,
    ...encoderArgs(rendition),
    // Keyframes stand at segment starts; scene cuts may add some. No other interval is wanted.
    '-g',
    '100000',
    ...forcedKeyframes(chunk),
    '-flags',
    '+bitexact',
    '-fflags',
    '+bitexact',
    '-video_track_timescale',
    String(VIDEO_TIMESCALE),
    '-use_editlist',
    '0',
    '-movflags',
    '+empty_moov+default_base_moof+frag_keyframe',
    '-f',
    'mp4',
    files.outputFile(rendition.name),
  ];
}

/** Keyframes at the segment starts inside of a chunk; its first frame is one anyway. */
function forcedKeyframes(chunk: PlannedChunk): string[] {
  // ffmpeg takes the first frame at or after the time, and rounds the time to microseconds: ask half a millisecond early.
  const times = chunk.segments
    .slice(1)
    .map((segment) => (segment.startTicks / VIDEO_TIMESCALE - 0.000_5).toFixed(6));
  return times.length === 0 ? [] : ['-force_key_frames', times.join(',')];
}
