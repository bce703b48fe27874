import {
  keptColour,
  type Colour,
  type ColourTreatment,
  type Fit,
  type FrameRateCap,
  type PictureTreatment,
  type VideoRendition,
  VIDEO_TIMESCALE,
} from '@framefold/domain';

/** Bit-exact on every CPU, and accurate; swscale's defaults are neither. */
export const SCALER_FLAGS = 'bicubic+accurate_rnd+full_chroma_int+bitexact';

/**
 * What a frame says of itself as HDR, in every form that ffmpeg knows. Untrue once it is SDR; and where in a stream it
 * stands must not decide how a chunk is tone-mapped.
 */
const HDR_SIDE_DATA = [
  'MASTERING_DISPLAY_METADATA',
  'CONTENT_LIGHT_LEVEL',
  'DYNAMIC_HDR_PLUS',
  'DOVI_METADATA',
  'DOVI_RPU_BUFFER',
];

/** Filters for whole frames before anything else: one moment a frame. Needs a frame before and one after. */
export function deinterlaceFilters({ deinterlace }: PictureTreatment): string[] {
  return deinterlace === undefined ? [] : [`bwdif=mode=send_frame:parity=${deinterlace}:deint=all`];
}

/** Filters that take from frames what they say of themselves as HDR. */
export function withoutMastering(): string[] {
  return HDR_SIDE_DATA.map((type) => `sidedata=mode=delete:type=${type}`);
}

/**
 * Filters for what all renditions in SDR have in common. swscale's colour mapping is the same on every processor, which
 * zscale's is not, and its perceptual intent keeps the detail in highlights (docs/adr/0013).
 */
export function sdrFilters({ conversion, input, output }: ColourTreatment): string[] {
  const map = (intent: string): string[] => [
    ...withoutMastering(),
    `setparams=color_primaries=${input.primaries}:color_trc=${input.transfer}:colorspace=${input.matrix}`,
    [
      `scale=flags=${SCALER_FLAGS}:intent=${intent}:out_range=tv`,
      `out_primaries=${output.primaries}:out_transfer=${output.transfer}:out_color_matrix=${output.matrix}`,
    ].join(':'),
    'format=yuv420p',
  ];
  switch (conversion) {
    case 'keep':
    case 'matrix':
      return [];
    case 'convert':
      return map('relative_colorimetric');
    case 'tone-map':
      return map('perceptual');
  }
}

/**
 * Filters that bring the picture to one rendition's rate and size: square pixels, 4:2:0, limited range, tagged.
 *
 * @param cap how frames are thinned out, where they are
 * @param fit the picture's size where it does not fill the frame
 */
export function renditionFilters(
  rendition: Pick<VideoRendition, 'width' | 'height' | 'dynamicRange'>,
  treatment: ColourTreatment,
  cap?: FrameRateCap,
  fit?: Fit,
): string[] {
  const { dynamicRange } = rendition;
  const { width, height } = fit ?? rendition;
  const isKept = dynamicRange !== undefined;
  const colour = isKept ? keptColour(treatment.input) : treatment.output;
  // Other conversions have left the source's weights behind already.
  const weighs = isKept || treatment.conversion === 'matrix';
  const newMatrix = weighs && colour.matrix !== treatment.input.matrix;
  return [
    ...(cap === undefined ? [] : [thinOut(cap)]),
    `scale=${width}:${height}:flags=${SCALER_FLAGS}:out_range=tv${newMatrix ? matrixOptions(treatment.input, colour) : ''}`,
    'setsar=1',
    `format=${isKept ? 'yuv420p10le' : 'yuv420p'}`,
    ...(fit === undefined ? [] : [`pad=${rendition.width}:${rendition.height}:-1:-1:black`]),
    tag(colour),
  ];
}

/** Keeps the first frame of each stretch of a cap's clock: the domain's `keptFrames` in ffmpeg's words, to the bit. */
function thinOut({ num, den, biasTicks }: FrameRateCap): string {
  const stretch = (pts: string): string => `floor((${pts}+${biasTicks})*${num}/${VIDEO_TIMESCALE * den})`;
  return `select='isnan(prev_pts)+gt(${stretch('pts')},${stretch('prev_pts')})'`;
}

/** RGB has no matrix that swscale would have to be told. */
function matrixOptions(input: Colour, output: Colour): string {
  const from = input.matrix === 'gbr' ? '' : `:in_color_matrix=${input.matrix}`;
  return `${from}:out_color_matrix=${output.matrix}`;
}

function tag({ primaries, transfer, matrix }: Colour): string {
  return `setparams=range=tv:color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}`;
}
