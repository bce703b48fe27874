import {
  CodedError,
  inputOf,
  toEven,
  VIDEO_TIMESCALE,
  vmafView,
  type Fit,
  type PictureSize,
  type Plan,
  type PlannedChunk,
  type PlannedInput,
  type VideoRendition,
} from '@framefold/domain';
import { frameFilters, seekArgs, treatmentOf, type Seek } from './chunk-argv.ts';
import { guardedInput } from './input-args.ts';
import { renditionFilters, SCALER_FLAGS, sdrFilters } from './picture-filters.ts';

/** Files that a measurement writes into its working folder. */
export const QUALITY_FILES = {
  /** Scores of each frame as libvmaf's JSON: PSNR and SSIM, and VMAF. */
  likeness: 'likeness.json',
  vmaf: 'vmaf.json',
  /** Times of the frames that were compared, a line each, in ticks of the output timeline. */
  sourceTimes: 'source-times.txt',
  renditionTimes: 'rendition-times.txt',
} as const;

/**
 * Frames that VMAF sees once more before the first, and whose scores do not count. It judges a frame beside the one
 * before, and would take a chunk's first frame for a still picture: a score several points too low.
 */
export const VMAF_LEAD_FRAMES = 2;

export interface QualityInputs {
  readonly sourceFile: string;
  /** What the rendition has for the chunk: its init and segments in one file. */
  readonly renditionFile: string;
}

/** Whether VMAF knows a rendition's picture: its models were made with SDR. */
export function hasVmaf({ dynamicRange }: VideoRendition): boolean {
  return dynamicRange === undefined;
}

/**
 * The ffmpeg command line (without the program) that compares what a rendition has for a chunk with the frames that it
 * was made from: the source through the encode's own filters, at the source's size instead of the rendition's. It
 * writes {@link QUALITY_FILES} into its working folder.
 *
 * Frames are compared in their order; whether they are the same ones at the same times is for the reader of the two
 * lists of times to check, since ffmpeg would pair whatever comes.
 *
 * @throws {CodedError} INTERNAL for a plan without a quality report
 */
export function qualityArgv(
  plan: Plan,
  chunk: PlannedChunk,
  rendition: VideoRendition,
  { sourceFile, renditionFile }: QualityInputs,
  seek: Seek,
): string[] {
  if (plan.quality === undefined) throw new CodedError('INTERNAL', 'The plan wants no quality report.');
  const scores = ['[likeness]', ...(hasVmaf(rendition) ? ['[vmaf]'] : [])];
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-xerror'],
    ...['-threads', '1', ...seekArgs(plan, chunk, seek), ...guardedInput(sourceFile)],
    ...['-threads', '1', ...guardedInput(renditionFile)],
    ...['-filter_complex_threads', '1', '-filter_complex', graph(plan, chunk, rendition, plan.quality)],
    ...scores.flatMap(toNothing),
    ...timesOf('[st]', QUALITY_FILES.sourceTimes),
    ...timesOf('[rt]', QUALITY_FILES.renditionTimes),
  ];
}

function graph(plan: Plan, chunk: PlannedChunk, rendition: VideoRendition, size: PictureSize): string {
  const input = inputOf(plan, chunk);
  const { colour } = treatmentOf(input);
  const origin = plan.presentationOriginSeconds * VIDEO_TIMESCALE;
  const source = [
    ...frameFilters(plan, chunk),
    ...(rendition.dynamicRange === undefined ? sdrFilters(colour) : []),
    ...renditionFilters(
      { ...rendition, ...size },
      colour,
      input.frameRateCaps[rendition.name],
      scaledFit(input, rendition, size),
    ),
  ];
  const encoded = [`settb=1/${VIDEO_TIMESCALE}`, `setpts=PTS-${origin}`, 'setsar=1'];
  const format = rendition.dynamicRange === undefined ? 'yuv420p' : 'yuv420p10le';
  const scaled = ({ width, height }: PictureSize): string =>
    `scale=${width}:${height}:flags=${SCALER_FLAGS},format=${format}`;
  const likeness = `libvmaf=log_fmt=json:log_path=${QUALITY_FILES.likeness}:model='':feature='name=psnr\\:enable_mse=true|name=float_ssim'`;
  const common = [`[s0]setpts=N[sl]`, `[r0]${scaled(size)},setpts=N[rl]`, `[rl][sl]${likeness}[likeness]`];
  if (!hasVmaf(rendition)) {
    return [
      `[0:${input.streamIndex}]${source.join(',')},split=2[st][s0]`,
      `[1:v:0]${encoded.join(',')},split=2[rt][r0]`,
      ...common,
    ].join(';');
  }
  const view = vmafView(size);
  const led = `loop=loop=1:size=${VMAF_LEAD_FRAMES}:start=0,setpts=N`;
  return [
    `[0:${input.streamIndex}]${source.join(',')},split=3[st][s0][s1]`,
    `[1:v:0]${encoded.join(',')},split=3[rt][r0][r1]`,
    ...common,
    `[s1]${scaled(view)},${led}[sv]`,
    `[r1]${scaled(view)},${led}[rv]`,
    `[rv][sv]libvmaf=log_fmt=json:log_path=${QUALITY_FILES.vmaf}:model='version=${view.model}'[vmaf]`,
  ].join(';');
}

/** A picture that does not fill the rendition's frames does not fill those of the other size either. */
function scaledFit(
  { fits }: PlannedInput,
  { name, width, height }: VideoRendition,
  size: PictureSize,
): Fit | undefined {
  const fit = fits?.[name];
  if (fit === undefined) return undefined;
  return {
    width: toEven((fit.width * size.width) / width),
    height: toEven((fit.height * size.height) / height),
  };
}

function toNothing(label: string): string[] {
  return ['-map', label, '-fps_mode', 'passthrough', '-f', 'null', '-'];
}

/** Writes down the time of each frame as an encoder would get it. */
function timesOf(label: string, file: string): string[] {
  return [
    ...['-map', label, '-fps_mode', 'passthrough', '-enc_time_base', `1:${VIDEO_TIMESCALE}`],
    ...['-stats_enc_pre', file, '-stats_enc_pre_fmt', '{pts}', '-f', 'null', '-'],
  ];
}

/** The command line that lists the filters of an ffmpeg build. */
export function filtersArgv(): string[] {
  return ['-hide_banner', '-v', 'error', '-filters'];
}

/** Whether the list of a build's filters names libvmaf. */
export function listsVmaf(filters: string): boolean {
  return /^ *\S+ +libvmaf +/m.test(filters);
}
