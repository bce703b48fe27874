import { isHardwareEncoder, type Rational, type VideoRendition } from '@framefold/domain';

/** The device on which a hardware encoder is to run. */
export interface EncodeDevice {
  /** Its device file, for encoders that take one (QSV, VAAPI): /dev/dri/renderD128. NVENC takes the one that it sees. */
  readonly node?: string;
}

/** What of a rendition decides about its encoder's options. */
export type Quality = Pick<
  VideoRendition,
  'encoder' | 'preset' | 'crf' | 'averageKbps' | 'maxrateKbps' | 'bufsizeKbps' | 'dynamicRange'
>;

/** The quality modes of VAAPI and QSV want a mean rate beside their ceiling, and below it. */
const MEAN_OF_CEILING = 0.75;

/** What the hardware takes for constant quality where an average rate is asked for: x264's default. */
const MIDDLING_CRF = 23;

/** Speeds of libvpx (`-cpu-used`, 0 to 5 with deadline good) and of SVT-AV1 (`-preset`, 0 to 13) by the common names. */
const VP9_SPEEDS: Readonly<Record<string, number>> = {
  ultrafast: 5,
  superfast: 5,
  veryfast: 5,
  faster: 4,
  fast: 3,
  medium: 2,
  slow: 1,
  slower: 1,
  veryslow: 0,
};
const AV1_SPEEDS: Readonly<Record<string, number>> = {
  ultrafast: 12,
  superfast: 11,
  veryfast: 10,
  faster: 9,
  fast: 8,
  medium: 7,
  slow: 5,
  slower: 4,
  veryslow: 3,
};

/**
 * The options of an encoder: constant quality under a ceiling, or an average rate. One thread makes the bytes
 * independent of the machine. Chunks begin and end with decodable frames: hardware reorders little or not at all, x265
 * closes its GOPs, and keyframes that are forced are IDR frames.
 *
 * https://docs.nvidia.com/video-technologies/video-codec-sdk (NVENC), https://trac.ffmpeg.org/wiki/Hardware/QuickSync,
 * https://trac.ffmpeg.org/wiki/Hardware/VAAPI, https://x265.readthedocs.io/en/master/cli.html,
 * https://trac.ffmpeg.org/wiki/Encode/VP9, https://gitlab.com/AOMediaCodec/SVT-AV1 (Docs/Parameters.md);
 * `ffmpeg -h encoder=NAME`
 *
 * @param rate nominal frame rate: what ffmpeg guesses from a container differs between a source and its slices, and
 *   software encoders are told the plan's instead (see {@link guessesRate})
 * @param handOverFrames frames of a chunk that others follow; undefined where nothing follows
 */
export function encoderArgs(quality: Quality, rate: Rational, handOverFrames?: number): string[] {
  const { encoder, crf, averageKbps, preset } = quality;
  const ceiling = ['-maxrate', `${quality.maxrateKbps}k`, '-bufsize', `${quality.bufsizeKbps}k`];
  const mean = ['-b:v', `${averageKbps ?? Math.round(quality.maxrateKbps * MEAN_OF_CEILING)}k`];
  const hardwareQuality = String(crf ?? MIDDLING_CRF);
  const control = averageKbps === undefined ? ['-crf', String(crf)] : mean;
  switch (encoder) {
    case 'h264_nvenc':
      return [
        ...['-c:v', encoder, '-preset', 'p5', '-tune', 'hq'],
        ...(averageKbps === undefined
          ? ['-rc', 'vbr', '-cq', hardwareQuality, '-b:v', '0']
          : ['-rc', 'vbr', ...mean]),
        ...[...ceiling, '-bf', '2', '-b_ref_mode', 'disabled', '-no-scenecut', '1', '-forced-idr', '1'],
      ];
    case 'h264_qsv':
      return [
        ...['-c:v', encoder, '-preset', 'medium'],
        ...(averageKbps === undefined ? ['-global_quality', hardwareQuality] : []),
        ...[...mean, ...ceiling, '-bf', '0', '-look_ahead', '0', '-forced_idr', '1'],
      ];
    case 'h264_vaapi':
      return [
        ...['-c:v', encoder],
        ...(averageKbps === undefined
          ? ['-rc_mode', 'QVBR', '-global_quality', hardwareQuality]
          : ['-rc_mode', 'VBR']),
        ...[...mean, ...ceiling, '-bf', '0'],
      ];
    case 'h264_standin':
      return encoderArgs({ ...quality, encoder: 'libx264' }, rate, handOverFrames);
    case 'libx265':
      return [
        ...['-c:v', encoder, '-preset', preset],
        ...(averageKbps === undefined
          ? ['-crf', handedOver(crf ?? 0, X265_HAND_OVER, handOverFrames)]
          : mean),
        ...[...ceiling, '-forced-idr', '1', '-tag:v', 'hvc1', '-x265-params', x265Params(quality, rate)],
      ];
    case 'libvpx-vp9':
      return [
        ...[
          '-c:v',
          encoder,
          '-deadline',
          'good',
          '-cpu-used',
          String(VP9_SPEEDS[preset] ?? VP9_SPEEDS.medium),
        ],
        // A rate beside it would be a ceiling, and its control would begin with each chunk anew: see coarserQuality.
        ...(averageKbps === undefined ? ['-crf', String(crf), '-b:v', '0'] : [...mean, ...ceiling]),
        ...['-row-mt', '0', '-threads', '1'],
      ];
    case 'libsvtav1':
      return [
        ...['-c:v', encoder, '-preset', String(AV1_SPEEDS[preset] ?? AV1_SPEEDS.medium), ...control],
        // SVT-AV1 knows a ceiling beside constant quality alone.
        ...(averageKbps === undefined ? ceiling : []),
        ...['-svtav1-params', `lp=1:fps-num=${rate.num}:fps-denom=${rate.den}`],
      ];
    default:
      return [
        ...['-c:v', encoder, '-preset', preset],
        ...(averageKbps === undefined ? ['-crf', handedOver(crf ?? 0, HAND_OVER.crf, handOverFrames)] : mean),
        ...[...ceiling, '-threads', '1', '-x264-params', x264Params(rate, handOverFrames)],
      ];
  }
}

/** Whether an encoder goes by the frame rate that ffmpeg guesses: hardware can't be told another. */
export function guessesRate(encoder: string): boolean {
  return isHardwareEncoder(encoder) && encoder !== 'h264_standin';
}

/**
 * x264 judges a frame by how much later ones take from it (mbtree): in one piece also across the keyframe at a chunk's
 * border, so that a chunk by itself spends 1 to 3 % less, most of that on its last frames. A chunk with a successor gets
 * it back: measured on three clips, in docs/adr/0015.
 */
const HAND_OVER = { crf: 0.18, frames: 4, bitrate: 1.15 };

/** The same for x265 (cutree), whose last frames want nothing more. */
const X265_HAND_OVER = 0.15;

function handedOver(crf: number, finer: number, handOverFrames: number | undefined): string {
  return String(handOverFrames === undefined ? crf : Math.max(0, crf - finer));
}

function x264Params({ num, den }: Rational, handOverFrames: number | undefined): string {
  // Headers don't follow from a chunk's content, nor decisions from the model of the processor.
  const common = `stitchable=1:cpu-independent=1:fps=${num}/${den}`;
  if (handOverFrames === undefined) return common;
  const first = Math.max(0, handOverFrames - HAND_OVER.frames);
  return `${common}:zones=${first},${handOverFrames - 1},b=${HAND_OVER.bitrate}`;
}

/** `info=0` keeps the model of the processor out of the stream. */
function x265Params({ dynamicRange }: Quality, { num, den }: Rational): string {
  const params = ['pools=none', 'frame-threads=1', 'wpp=0', 'open-gop=0', 'info=0', 'log-level=error'];
  params.push(`fps=${num}/${den}`);
  if (dynamicRange === 'pq') params.push('hdr10=1', 'hdr10-opt=1');
  return params.join(':');
}

/** Options that open the device, before any input. */
export function deviceArgs(encoder: string, device: EncodeDevice | undefined): string[] {
  if (device?.node === undefined) return [];
  switch (encoder) {
    case 'h264_qsv':
      return ['-qsv_device', device.node];
    case 'h264_vaapi':
      return ['-vaapi_device', device.node];
    default:
      return [];
  }
}

/** Filters that bring a frame to the encoder, after all others. */
export function uploadFilters(encoder: string): string[] {
  switch (encoder) {
    case 'h264_qsv':
      return ['format=nv12'];
    case 'h264_vaapi':
      return ['format=nv12', 'hwupload'];
    default:
      return [];
  }
}
