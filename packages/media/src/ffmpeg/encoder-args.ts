import type { VideoRendition } from '@framefold/domain';

/** The device on which a hardware encoder is to run. */
export interface EncodeDevice {
  /** Its device file, for encoders that take one (QSV, VAAPI): /dev/dri/renderD128. NVENC takes the one that it sees. */
  readonly node?: string;
}

type Quality = Pick<VideoRendition, 'encoder' | 'preset' | 'crf' | 'maxrateKbps' | 'bufsizeKbps'>;

/** The quality modes of VAAPI and QSV want a mean rate beside their ceiling, and below it. */
const MEAN_OF_CEILING = 0.75;

/**
 * The options of an encoder for constant quality under a ceiling. Hardware encoders reorder little or not at all, since
 * chunks must begin and end with decodable frames, and make the keyframes that are forced on them IDR frames.
 *
 * https://docs.nvidia.com/video-technologies/video-codec-sdk (NVENC), https://trac.ffmpeg.org/wiki/Hardware/QuickSync,
 * https://trac.ffmpeg.org/wiki/Hardware/VAAPI; `ffmpeg -h encoder=NAME`
 */
export function encoderArgs(quality: Quality): string[] {
  const { encoder, crf } = quality;
  const ceiling = ['-maxrate', `${quality.maxrateKbps}k`, '-bufsize', `${quality.bufsizeKbps}k`];
  const mean = ['-b:v', `${Math.round(quality.maxrateKbps * MEAN_OF_CEILING)}k`];
  switch (encoder) {
    case 'h264_nvenc':
      return [
        ...['-c:v', encoder, '-preset', 'p5', '-tune', 'hq'],
        ...['-rc', 'vbr', '-cq', String(crf), '-b:v', '0', ...ceiling],
        ...['-bf', '2', '-b_ref_mode', 'disabled', '-no-scenecut', '1', '-forced-idr', '1'],
      ];
    case 'h264_qsv':
      return [
        ...['-c:v', encoder, '-preset', 'medium', '-global_quality', String(crf), ...mean, ...ceiling],
        ...['-bf', '0', '-look_ahead', '0', '-forced_idr', '1'],
      ];
    case 'h264_vaapi':
      return [
        ...['-c:v', encoder, '-rc_mode', 'QVBR', '-global_quality', String(crf)],
        ...[...mean, ...ceiling, '-bf', '0'],
      ];
    case 'h264_standin':
      return encoderArgs({ ...quality, encoder: 'libx264' });
    default:
      return [
        ...['-c:v', encoder, '-preset', quality.preset, '-crf', String(crf), ...ceiling],
        ...['-threads', '1'],
      ];
  }
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
