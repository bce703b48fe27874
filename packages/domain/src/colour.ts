import { z } from 'zod';
import type { VideoTrack } from './probe.ts';

/** How numbers stand for colours, in the words of ITU-T H.273 as ffmpeg spells them. */
export const Colour = z.object({ primaries: z.string(), transfer: z.string(), matrix: z.string() });
export type Colour = z.infer<typeof Colour>;

/** What is done to the colours of renditions in SDR, and how they are tagged then. */
export const ColourTreatment = z.object({
  /**
   * - keep: the numbers stay
   * - matrix: other weights of the same colours (RGB sources)
   * - convert: to other primaries
   * - tone-map: from HDR
   */
  conversion: z.enum(['keep', 'matrix', 'convert', 'tone-map']),
  /** How the source's numbers are to be read: as it says itself, else as players take pictures of its size. */
  input: Colour,
  output: Colour,
});
export type ColourTreatment = z.infer<typeof ColourTreatment>;

const BT709: Colour = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709' };

/** Weights that every player knows (BT.709, BT.601 of 525 and of 625 lines), and the primaries that go with them. */
const COMMON_MATRICES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  smpte170m: 'smpte170m',
  bt470bg: 'bt470bg',
};

/** Primaries that differ too little from BT.709's, or are too common, to be converted. */
const COMMON_PRIMARIES = new Set(['bt709', 'smpte170m', 'smpte240m', 'bt470bg']);

/** Curves that every player shows as the source was meant, within what an SDR screen can tell. */
const COMMON_TRANSFERS = new Set([
  'bt709',
  'smpte170m',
  'smpte240m',
  'bt470m',
  'bt470bg',
  'gamma22',
  'gamma28',
  'iec61966-2-1',
]);

const RGB = /^(gbr|rgb|bgr|argb|abgr|rgba|bgra|0rgb|rgb0|0bgr|bgr0|pal8|x2rgb|x2bgr)/;

/** Whether the source's numbers are red, green and blue themselves. */
export function isRgb({ pixelFormat }: Pick<VideoTrack, 'pixelFormat'>): boolean {
  return RGB.test(pixelFormat);
}

type ColourSource = Pick<
  VideoTrack,
  'hdr' | 'pixelFormat' | 'codedWidth' | 'codedHeight' | 'transfer' | 'primaries' | 'matrix'
>;

/** How a source's numbers stand for colours: as it says, and where it says nothing, as players take it. */
export function colourOf(video: ColourSource): Colour {
  const { codedWidth, codedHeight, hdr } = video;
  if (hdr !== 'none') return { ...hdrColour(hdr), ...definedOf(video) };
  const isSmall = codedWidth <= 1024 && codedHeight <= 576;
  const usual = !isSmall ? 'bt709' : codedHeight > 486 ? 'bt470bg' : 'smpte170m';
  const matrix = isRgb(video) ? 'gbr' : (video.matrix ?? usual);
  return {
    matrix,
    primaries:
      video.primaries ?? COMMON_MATRICES[matrix] ?? (matrix.startsWith('bt2020') ? 'bt2020' : 'bt709'),
    transfer: video.transfer ?? (isSmall && !isRgb(video) ? 'smpte170m' : 'bt709'),
  };
}

/** What becomes of a source's colours in SDR renditions. What players may show wrongly is converted to BT.709. */
export function treatColour(video: ColourSource): ColourTreatment {
  const input = colourOf(video);
  if (video.hdr !== 'none') return { conversion: 'tone-map', input, output: BT709 };
  const isCommon = COMMON_PRIMARIES.has(input.primaries) && COMMON_TRANSFERS.has(input.transfer);
  if (!isCommon) return { conversion: 'convert', input, output: BT709 };
  if (input.matrix in COMMON_MATRICES) return { conversion: 'keep', input, output: input };
  return { conversion: 'matrix', input, output: { ...input, matrix: 'bt709' } };
}

/** The same of a source that stands behind others, whose colours are to be tagged as theirs. */
export function treatColourAs(output: Colour, video: ColourSource): ColourTreatment {
  const treatment = treatColour(video);
  const { input } = treatment;
  if (isSameColour(treatment.output, output)) return treatment;
  if (video.hdr !== 'none') return { conversion: 'tone-map', input, output };
  const conversion = isSameColour({ ...input, matrix: output.matrix }, output) ? 'matrix' : 'convert';
  return { conversion, input, output };
}

/** Whether numbers stand for the same colours. */
export function isSameColour(a: Colour, b: Colour): boolean {
  return a.primaries === b.primaries && a.transfer === b.transfer && a.matrix === b.matrix;
}

/** How a rendition that keeps its source's HDR is tagged: as the source is, in weights of red, green and blue. */
export function keptColour(input: Colour): Colour {
  return input.matrix === 'gbr' ? { ...input, matrix: 'bt2020nc' } : input;
}

/** How HDR is coded where it says nothing else. */
export function hdrColour(hdr: 'pq' | 'hlg'): Colour {
  return {
    primaries: 'bt2020',
    transfer: hdr === 'pq' ? 'smpte2084' : 'arib-std-b67',
    matrix: 'bt2020nc',
  };
}

function definedOf({ primaries, matrix }: ColourSource): Partial<Colour> {
  return { ...(primaries === undefined ? {} : { primaries }), ...(matrix === undefined ? {} : { matrix }) };
}
