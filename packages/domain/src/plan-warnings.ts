import { isRgb } from './colour.ts';
import type { Warning } from './failure.ts';
import type { Plan } from './plan.ts';
import type { SourceMeta, VideoTrack } from './probe.ts';

/** Sound that starts less than this before the picture is cut without a word: one frame of video. */
const AUDIO_LEAD_TOLERANCE_SECONDS = 0.045;

const CHROMA_SHRINKS = /(422|444|440|411|410)/;

const MORE_THAN_8_BITS = /(9|10|12|14|16|f16|f32)(le|be)$|^(p010|p210|p410|x2rgb10|x2bgr10|v210)/;

/** Whatever a plan leaves out of its source, or alters. */
export function planWarnings(plan: Plan, source: SourceMeta): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: Warning['code'], message: string): void => void warnings.push({ code, message });
  if (source.video !== undefined && plan.renditions.length > 0) {
    warnOfPicture(plan, source.video, warn);
    if (source.otherVideoTracks > 0)
      warn('VIDEO_TRACKS_SKIPPED', `${source.otherVideoTracks} further video track(s) are left out.`);
  }
  warnOfSubtitles(plan, source, warn);
  warnOfSound(plan, source, warn);
  return warnings;
}

type Warn = (code: Warning['code'], message: string) => void;

function warnOfPicture({ renditions, treatment }: Plan, video: VideoTrack, warn: Warn): void {
  const names = (wanted: typeof renditions): string => wanted.map(({ name }) => name).join(', ');
  const inSdr = renditions.filter(({ dynamicRange }) => dynamicRange === undefined);
  if (video.hdr !== 'none' && inSdr.length > 0) {
    const which = inSdr.length === renditions.length ? '' : ` for ${names(inSdr)}`;
    warn('HDR_TONE_MAPPED', `The ${video.hdr.toUpperCase()} source is tone-mapped to SDR (BT.709)${which}.`);
  }
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
  const capped = renditions.filter(({ frameRateCap }) => frameRateCap !== undefined);
  if (capped.length > 0) {
    warn('FRAME_RATE_REDUCED', `Frames of the source are left out under the ceiling of ${names(capped)}.`);
  }
}

function warnOfSubtitles({ subtitles }: Plan, source: SourceMeta, warn: Warn): void {
  const images = source.subtitles.filter(({ kind }) => kind === 'image').length;
  if (images > 0) {
    warn('SUBTITLES_SKIPPED', `${images} subtitle track(s) hold pictures instead of text and are left out.`);
  }
  const left = source.subtitles.length - images - subtitles.length;
  if (left > 0) warn('SUBTITLES_SKIPPED', `${left} subtitle track(s) beyond the first ones are left out.`);
}

function warnOfSound({ audio, video }: Plan, source: SourceMeta, warn: Warn): void {
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
  const pictureStart = (video.firstPts * video.timeBase.num) / video.timeBase.den;
  for (const [index, rendition] of audio.entries()) {
    const track = source.audio[index];
    if (track === undefined) continue;
    if (track.channels > rendition.channels) {
      warn(
        'AUDIO_DOWNMIXED',
        `${rendition.name}: ${track.channels} channels are mixed down to ${rendition.channels}.`,
      );
    }
    const leadSeconds = pictureStart - track.startSeconds;
    if (leadSeconds > AUDIO_LEAD_TOLERANCE_SECONDS) {
      warn(
        'AUDIO_LEAD_TRIMMED',
        `${rendition.name}: ${leadSeconds.toFixed(3)} s of sound before the first picture are cut.`,
      );
    }
  }
}
