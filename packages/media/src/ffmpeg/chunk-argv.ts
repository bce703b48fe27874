import {
  CodedError,
  framesIn,
  inputOf,
  VIDEO_TIMESCALE,
  type PictureTreatment,
  type Plan,
  type PlannedChunk,
  type PlannedInput,
  type Rational,
  type VideoRendition,
} from '@framefold/domain';
import { deviceArgs, encoderArgs, guessesRate, uploadFilters, type EncodeDevice } from './encoder-args.ts';
import { guardedInput } from './input-args.ts';
import { deinterlaceFilters, renditionFilters, sdrFilters, withoutMastering } from './picture-filters.ts';

/** Where decoding begins. */
export type Seek =
  | { readonly from: 'keyframe'; readonly earlierSeconds: number }
  /** Decode the whole file up to the chunk: slow, and right where seeking is not. */
  | { readonly from: 'start' };

/** Encoders whose rates are bits a frame at the frame rate that they are told; the others go by the frames' times. */
const COUNTS_FRAMES: ReadonlySet<string> = new Set(['libx265', 'libsvtav1']);

export interface ChunkFiles {
  readonly sourceFile: string;
  /** The output file of each rendition by name; what a first pass finds out is put beside it. */
  readonly outputFile: (renditionName: string) => string;
}

/** Whether some of a plan's renditions want a first pass, in which nothing is written but what it finds out. */
export function needsFirstPass({ renditions }: Plan): boolean {
  return renditions.some(isTwoPass);
}

/**
 * The command line of the first pass over a chunk: at the renditions in two passes alone.
 *
 * @throws {CodedError} INTERNAL when there is none
 */
export function firstPassArgv(plan: Plan, chunk: PlannedChunk, files: ChunkFiles, seek: Seek): string[] {
  const renditions = plan.renditions.filter(isTwoPass);
  if (renditions.length === 0) throw new CodedError('INTERNAL', 'No rendition wants a first pass.');
  return argvFor({ ...plan, renditions }, chunk, files, seek, 1);
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
  // ffmpeg tells the findings of outputs apart by their numbers, which so are those of the first pass.
  const renditions = [...plan.renditions.filter(isTwoPass), ...plan.renditions.filter((r) => !isTwoPass(r))];
  return argvFor({ ...plan, renditions }, chunk, files, seek, 2, device);
}

function isTwoPass({ passes }: VideoRendition): boolean {
  return passes === 2;
}

function argvFor(
  plan: Plan,
  chunk: PlannedChunk,
  files: ChunkFiles,
  seek: Seek,
  pass: 1 | 2,
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
    ...filterGraphs(plan, chunk).flatMap((graph) => ['-filter_complex', graph]),
    ...plan.renditions.flatMap((rendition, index) => outputArgs(plan, chunk, rendition, index, files, pass)),
  ];
}

/** Whether decoding of a chunk begins with the first frame of the track, whatever the seek. */
export function beginsWithTrack(plan: Plan, chunk: PlannedChunk): boolean {
  return chunk.seekPts <= inputOf(plan, chunk).firstPts;
}

/** Options before the input by which decoding of a chunk begins early enough. */
export function seekArgs(plan: Plan, chunk: PlannedChunk, seek: Seek): string[] {
  const input = inputOf(plan, chunk);
  const { timeBase, containerStartSeconds, seekIsExact } = input;
  if (beginsWithTrack(plan, chunk) || seek.from === 'start') return ['-copyts'];
  // MPEG-TS, AVI and FLV have no index of exact times, and deinterlacing looks at the frame before the first:
  // begin at least a second before the keyframe.
  const needsRunUp = !seekIsExact || treatmentOf(input).deinterlace !== undefined;
  const margin = seek.earlierSeconds + (needsRunUp ? 1 : 0);
  const keyframeSeconds = (chunk.seekPts * timeBase.num) / timeBase.den;
  // `-ss` counts from the container's start. A microsecond more makes up for its rounding down.
  const seconds = Math.max(0, keyframeSeconds - containerStartSeconds - margin + 0.000_001);
  return ['-noaccurate_seek', '-ss', seconds.toFixed(6), '-copyts'];
}

/** Filters by which the source's frames become those of a chunk, at their times on the output timeline. */
export function frameFilters(plan: Plan, chunk: PlannedChunk): string[] {
  const input = inputOf(plan, chunk);
  const { timeBase, originPts, startTicks } = input;
  const first = chunk.segments[0];
  const last = chunk.segments.at(-1);
  const end = last?.sourceEndPts === undefined ? '' : `:end_pts=${last.sourceEndPts}`;
  return [
    ...deinterlaceFilters(treatmentOf(input)),
    `settb=${timeBase.num}/${timeBase.den}`,
    // Behind what looks at neighbouring frames, so that a chunk's borders look like any other place.
    `trim=start_pts=${first?.sourceStartPts ?? 0}${end}`,
    `setpts=PTS-(${originPts})${plan.renditions.some(({ encoder }) => guessesRate(encoder)) ? '' : ':strip_fps=1'}`,
    `settb=1/${VIDEO_TIMESCALE}`,
    ...(startTicks === 0 ? [] : [`setpts=PTS+${startTicks}`]),
  ];
}

/**
 * What becomes of the frames, which are decoded once: renditions in SDR share what is done to whole frames and to
 * colours. Each that keeps HDR has a graph of its own: of a graph's outputs ffmpeg tells the first alone how the source
 * was mastered.
 */
function filterGraphs(plan: Plan, chunk: PlannedChunk): string[] {
  const input = inputOf(plan, chunk);
  const { streamIndex, frameRateCaps, fits = {} } = input;
  const treatment = treatmentOf(input);
  const whole = frameFilters(plan, chunk);
  const inSdr = plan.renditions.filter(({ dynamicRange }) => dynamicRange === undefined);
  const inHdr = plan.renditions.filter(({ dynamicRange }) => dynamicRange !== undefined);
  // Sources differ in how they were mastered, and one init segment is for all.
  const kept = plan.inputs.length === 1 ? whole : [...whole, ...withoutMastering()];
  const branches = [
    { renditions: inSdr, filters: [...whole, ...sdrFilters(treatment.colour)] },
    ...inHdr.map((rendition) => ({ renditions: [rendition], filters: kept })),
  ].filter(({ renditions }) => renditions.length > 0);
  const label = (rendition: VideoRendition): number => plan.renditions.indexOf(rendition);
  return branches.map(({ renditions, filters }) =>
    [
      `[0:${streamIndex}]${[...filters, `split=${renditions.length}`].join(',')}${renditions.map((r) => `[s${label(r)}]`).join('')}`,
      ...renditions.map((rendition) => {
        const own = [
          ...renditionFilters(
            rendition,
            treatment.colour,
            frameRateCaps[rendition.name],
            fits[rendition.name],
          ),
          ...uploadFilters(rendition.encoder),
        ];
        return `[s${label(rendition)}]${own.join(',')}[v${label(rendition)}]`;
      }),
    ].join(';'),
  );
}

/**
 * What a plan does with the picture of a source.
 *
 * @throws {CodedError} INTERNAL when it has none
 */
export function treatmentOf({ treatment }: PlannedInput): PictureTreatment {
  if (treatment === undefined) throw new CodedError('INTERNAL', 'The plan has no picture.');
  return treatment;
}

function outputArgs(
  plan: Plan,
  chunk: PlannedChunk,
  rendition: VideoRendition,
  index: number,
  files: ChunkFiles,
  pass: 1 | 2,
): string[] {
  const output = files.outputFile(rendition.name);
  return [
    '-map',
    `[v${index}]`,
    '-map_metadata',
    '-1',
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    `1:${VIDEO_TIMESCALE}`,
    ...encoderArgs(
      paced(plan, chunk, rendition),
      nominalRate(plan, rendition),
      framesBeforeNext(plan, chunk, rendition),
    ),
    ...(isTwoPass(rendition) ? ['-pass', String(pass), '-passlogfile', `${output}-pass`] : []),
    // Keyframes stand at segment starts; scene cuts may add some. No other interval is wanted.
    '-g',
    '100000',
    ...forcedKeyframes(chunk),
    '-flags',
    '+bitexact',
    '-fflags',
    '+bitexact',
    ...(pass === 1 ? ['-f', 'null', '-'] : fragmentedMp4(output)),
  ];
}

/** How many frames a chunk hands to the encoder before the next one's; undefined where there is none. */
function framesBeforeNext(plan: Plan, chunk: PlannedChunk, { name }: VideoRendition): number | undefined {
  // What x264 would have looked at: no picture goes on in another source.
  if (plan.chunks[chunk.index + 1]?.input !== chunk.input) return undefined;
  return chunk.segments.reduce((sum, segment) => sum + framesIn(segment, name), 0);
}

/** Frames a second that encoders are told, which stands in the init segment that all sources share. */
function nominalRate({ inputs, video }: Plan, { name }: VideoRendition): Rational {
  const cap = inputs.length === 1 ? inputs[0]?.frameRateCaps[name] : undefined;
  if (cap !== undefined) return { num: cap.num, den: cap.den };
  return { num: VIDEO_TIMESCALE, den: video.nominalFrameTicks };
}

/**
 * A rendition with the rates that an encoder must be told which counts frames instead of time, where sources have other
 * frame rates than it was told.
 */
function paced(plan: Plan, chunk: PlannedChunk, rendition: VideoRendition): VideoRendition {
  if (plan.inputs.length === 1 || !COUNTS_FRAMES.has(rendition.encoder)) return rendition;
  const own = plan.chunks.filter(({ input }) => input === chunk.input).flatMap(({ segments }) => segments);
  const frames = own.reduce((sum, segment) => sum + framesIn(segment, rendition.name), 0);
  const { num, den } = nominalRate(plan, rendition);
  const told = num / den;
  const real = frames / (inputOf(plan, chunk).durationTicks / VIDEO_TIMESCALE);
  const scaled = (kbps: number): number => Math.max(1, Math.round((kbps * told) / real));
  return {
    ...rendition,
    ...(rendition.averageKbps === undefined ? {} : { averageKbps: scaled(rendition.averageKbps) }),
    maxrateKbps: scaled(rendition.maxrateKbps),
    bufsizeKbps: scaled(rendition.bufsizeKbps),
  };
}

function fragmentedMp4(output: string): string[] {
  return [
    '-video_track_timescale',
    String(VIDEO_TIMESCALE),
    '-use_editlist',
    '0',
    '-movflags',
    '+empty_moov+default_base_moof+frag_keyframe',
    '-f',
    'mp4',
    output,
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
