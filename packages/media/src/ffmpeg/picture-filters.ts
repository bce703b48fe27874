import type { PictureTreatment, VideoRendition } from '@framefold/domain';

/** Bit-exact on every CPU, and accurate; swscale's defaults are neither. */
const SCALER_FLAGS = 'bicubic+accurate_rnd+full_chroma_int+bitexact';

/**
 * HDR to SDR: linear light, BT.709 primaries, the Hable curve, back to BT.709.
 * https://trac.ffmpeg.org/wiki/colorspace
 */
const TONE_MAP = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
];

/** Filters for what all renditions have in common. */
export function treatmentFilters(treatment: PictureTreatment): string[] {
  switch (treatment.toneMap) {
    case 'none':
      return [];
    case 'pq':
    case 'hlg':
      return [...TONE_MAP, 'format=yuv420p'];
  }
}

/** Filters that bring the picture to one rendition's size: square pixels, 8 bits, 4:2:0, limited range. */
export function renditionFilters(rendition: VideoRendition): string[] {
  return [
    `scale=${rendition.width}:${rendition.height}:flags=${SCALER_FLAGS}:out_range=tv`,
    'setsar=1',
    'format=yuv420p',
  ];
}
