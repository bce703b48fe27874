import { isRgb } from './colour.ts';
import type { Warning } from './failure.ts';
import { framesIn, type Plan, type PlannedInput } from './plan.ts';
import type { SourceMeta, VideoTrack } from './probe.ts';
import { VIDEO_TIMESCALE } from './rational.ts';

/** Sound that starts less than this before the picture is cut without a word: one frame of video. */
const AUDIO_LEAD_TOLERANCE_SECONDS = 0.045;

/** The end of a track is known to a coded frame or two. */
const AUDIO_TAIL_TOLERANCE_SECONDS = 0.2;

const CHROMA_SHRINKS = /(422|444|440|411|410)/;

const MORE_THAN_8_BITS = /(9|10|12|14|16|f16|f32)(le|be)$|^(p010|p210|p410|x2rgb10|x2bgr10|v210)/;

type Warn = (code: Warning['code'], message: string) => void;

/** Whatever a plan leaves out of its sources, or alters. */
export function planWarnings(plan: Plan, sources: readonly SourceMeta[]): Warning[] {
  return plan.inputs.flatMap((input, index) => {
    const source = sources[index];
    return source === undefined ? [] : warningsOf(plan, input, source, index);
  });
}

function warningsOf(plan: Plan, input: PlannedInput, source: SourceMeta, index: number): Warning[] {
  const warnings: Warning[] = [];
  const which = plan.inputs.length === 1 ? '' : `Source ${index + 1}: `;
  const warn: Warn = (code, message) => void warnings.push({ code, message: which + message });
  if (source.video !== undefined && plan.renditions.length > 0) {
    warnOfPicture(plan, index, source.video, warn);
    if (index > 0) warnOfSize(plan, input, source.video, warn);
    if (source.otherVideoTracks > 0)
      warn('VIDEO_TRACKS_SKIPPED', `${source.otherVideoTracks} further video track(s) are left out.`);
  }
  warnOfSubtitles(plan, input, source, warn);
  warnOfSound(plan, input, source, warn);
  return warnings;
}

function warnOfPicture(
  { inputs, renditions, chunks }: Plan,
  index: number,
  video: VideoTrack,
  warn: Warn,
): void {
  const treatment = inputs[index]?.treatment;
  const names = (wanted: typeof renditions): string => wanted.map(({ name }) => name).join(', ');
  const inSdr = renditions.filter(({ dynamicRange }) => dynamicRange === undefined);
  if (video.hdr !== 'none' && inSdr.length > 0) {
    const which = inSdr.length === renditions.length ? '' : ` for ${names(inSdr)}`;
    warn('HDR_TONE_MAPPED', `The ${video.hdr.toUpperCase()} source is tone-mapped to SDR (BT.709)${which}.`);
  }
  if (inputs.length > 1 && inSdr.length < renditions.length)
    warn('HDR_METADATA_DROPPED', 'HDR is kept without what the source says of its mastering.');
  if (treatment?.colour.conversion === 'convert') {
    const { input, output } = treatment.colour;
    const to =
      output.matrix === 'bt709' ? 'BT.709' : `${output.primaries}/${output.transfer}/${output.matrix}`;
    warn(
      'COLOUR_CONVERTED',
      `Colours are converted from ${input.primaries}/${input.transfer}/${input.matrix} to ${to}.`,
    );
  }
  if (video.hasDynamicHdr === true && inSdr.length < renditions.length)
    warn('HDR_METADATA_DROPPED', 'HDR is kept without what HDR10+ says of each scene.');
  if (video.dolbyVisionProfile !== undefined) {
    warn(
      'DOLBY_VISION_DROPPED',
      `The Dolby Vision enhancement (profile ${video.dolbyVisionProfile}) is left out; its base layer is used.`,
    );
  }
  if (video.hasAlpha === true)
    warn('ALPHA_DROPPED', 'The picture is transparent in places; its renditions are opaque.');
  if (CHROMA_SHRINKS.test(video.pixelFormat) || isRgb(video)) {
    warn('CHROMA_REDUCED', `Colour is reduced from ${video.pixelFormat} to 4:2:0, which players need.`);
  }
  if (video.hdr === 'none' && MORE_THAN_8_BITS.test(video.pixelFormat))
    warn('BIT_DEPTH_REDUCED', `The picture is reduced from ${video.pixelFormat} to 8 bits.`);
  if (treatment?.deinterlace !== undefined) {
    const marked = video.interlaced ? '' : ', although it is not marked so';
    warn('DEINTERLACED', `The source is interlaced${marked}; its picture is deinterlaced.`);
  }
  const own = chunks.filter((chunk) => chunk.input === index).flatMap(({ segments }) => segments);
  const capped = renditions.filter(({ name }) =>
    own.some((segment) => framesIn(segment, name) < segment.frames),
  );
  if (capped.length > 0) {
    warn('FRAME_RATE_REDUCED', `Frames of the source are left out under the ceiling of ${names(capped)}.`);
  }
}

/** The first source decides about the size of frames. */
function warnOfSize({ renditions }: Plan, { fits = {} }: PlannedInput, video: VideoTrack, warn: Warn): void {
  const { displayWidth, displayHeight } = video;
  const size = `${displayWidth}x${displayHeight}`;
  if (Object.keys(fits).length > 0) {
    warn(
      'PICTURE_FITTED',
      `The picture (${size}) has another shape than the first one's: black fills the rest.`,
    );
  }
  const enlarged = renditions.filter(({ name, width, height }) => {
    const shown = fits[name] ?? { width, height };
    // By more than the pixels that even sizes cost.
    return shown.width > displayWidth + 2 || shown.height > displayHeight + 2;
  });
  if (enlarged.length > 0) {
    const names = enlarged.map(({ name }) => name).join(', ');
    warn('PICTURE_FITTED', `The picture (${size}) is smaller than ${names} and enlarged there.`);
  }
}

function warnOfSubtitles({ inputs }: Plan, input: PlannedInput, source: SourceMeta, warn: Warn): void {
  const images = source.subtitles.filter(({ kind }) => kind === 'image').length;
  if (images > 0) {
    warn('SUBTITLES_SKIPPED', `${images} subtitle track(s) hold pictures instead of text and are left out.`);
  }
  const left = source.subtitles.length - images - Object.keys(input.subtitles).length;
  if (left > 0) {
    const others = inputs.length === 1 ? '' : ' of all sources';
    warn('SUBTITLES_SKIPPED', `${left} subtitle track(s) beyond the first ones${others} are left out.`);
  }
}

function warnOfSound({ audio, inputs }: Plan, input: PlannedInput, source: SourceMeta, warn: Warn): void {
  if (source.undecodableAudioTracks > 0) {
    warn(
      'AUDIO_UNDECODABLE',
      `${source.undecodableAudioTracks} audio track(s) in an unknown format are left out.`,
    );
  }
  if (audio.length > 0 && source.audio.length === 0)
    warn('AUDIO_MISSING', 'It has no sound: there is silence meanwhile.');
  const used = new Set(Object.values(input.audio)).size;
  if (source.audio.length > used) {
    const which = inputs.length === 1 ? `Only the first ${used}` : `Only ${used}`;
    warn('AUDIO_TRACKS_SKIPPED', `${which} of ${source.audio.length} audio tracks are kept.`);
  }
  const pictureStart = (input.firstPts * input.timeBase.num) / input.timeBase.den;
  const pictureEnd =
    (input.originPts * input.timeBase.num) / input.timeBase.den + input.durationTicks / VIDEO_TIMESCALE;
  const isWhole =
    source.video !== undefined && pictureEnd > endOf(source.video) - AUDIO_LEAD_TOLERANCE_SECONDS;
  for (const rendition of audio) {
    const track = source.audio.find(({ streamIndex }) => streamIndex === input.audio[rendition.name]);
    if (track === undefined) continue;
    if (track.channels > rendition.channels) {
      warn(
        'AUDIO_DOWNMIXED',
        `${rendition.name}: ${track.channels} channels are mixed down to ${rendition.channels}.`,
      );
    }
    const leadSeconds = pictureStart - track.startSeconds;
    if (rendition.language !== undefined && (track.language ?? rendition.language) !== rendition.language)
      warn(
        'AUDIO_LANGUAGE_DIFFERS',
        `${rendition.name}: its sound is in another language (${track.language}).`,
      );
    const tailSeconds = endOf(track) - pictureEnd;
    if (input !== inputs.at(-1) && isWhole && tailSeconds > AUDIO_TAIL_TOLERANCE_SECONDS) {
      warn(
        'AUDIO_TAIL_TRIMMED',
        `${rendition.name}: ${tailSeconds.toFixed(3)} s of sound behind the last picture are cut.`,
      );
    }
    if (leadSeconds > AUDIO_LEAD_TOLERANCE_SECONDS) {
      warn(
        'AUDIO_LEAD_TRIMMED',
        `${rendition.name}: ${leadSeconds.toFixed(3)} s of sound before the first picture are cut.`,
      );
    }
  }
}

/** Where a track ends on the container's clock, in seconds; its start, where nothing is known. */
function endOf({
  startSeconds,
  durationSeconds = 0,
}: {
  readonly startSeconds: number;
  readonly durationSeconds?: number | undefined;
}): number {
  return startSeconds + durationSeconds;
}
