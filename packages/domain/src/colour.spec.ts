import { colourOf, hdrColour, keptColour, treatColour, treatColourAs } from './colour.ts';
import { videoTrack } from './testing/builders.ts';

const hd = { codedWidth: 1920, codedHeight: 1080 };
const ntsc = { codedWidth: 720, codedHeight: 480 };
const pal = { codedWidth: 720, codedHeight: 576 };

describe('colourOf', () => {
  it.each([
    ['HD that says nothing', hd, ['bt709', 'bt709', 'bt709']],
    ['525 lines that say nothing', ntsc, ['smpte170m', 'smpte170m', 'smpte170m']],
    ['625 lines that say nothing', pal, ['bt470bg', 'smpte170m', 'bt470bg']],
    ['portrait HD', { codedWidth: 1080, codedHeight: 1920 }, ['bt709', 'bt709', 'bt709']],
    ['HD marked as BT.601', { ...hd, matrix: 'smpte170m' }, ['smpte170m', 'bt709', 'smpte170m']],
    ['RGB', { ...hd, pixelFormat: 'gbrp' }, ['bt709', 'bt709', 'gbr']],
    ['HDR that says only so', { ...hd, hdr: 'pq' as const }, ['bt2020', 'smpte2084', 'bt2020nc']],
    [
      'HDR of a display',
      { ...hd, hdr: 'pq' as const, primaries: 'smpte432' },
      ['smpte432', 'smpte2084', 'bt2020nc'],
    ],
  ])('%s', (_, fields, [primaries, transfer, matrix]) => {
    expect(colourOf(videoTrack(fields))).toEqual({ primaries, transfer, matrix });
  });
});

describe('treatColour', () => {
  it.each([
    ['BT.709', {}, 'keep', 'bt709'],
    ['BT.601', { ...ntsc, matrix: 'smpte170m', primaries: 'smpte170m' }, 'keep', 'smpte170m'],
    ['sRGB as RGB', { ...hd, pixelFormat: 'rgb24', transfer: 'iec61966-2-1' }, 'matrix', 'bt709'],
    ['SMPTE 240M', { ...hd, matrix: 'smpte240m' }, 'matrix', 'bt709'],
    [
      'BT.2020 in SDR',
      { ...hd, primaries: 'bt2020', matrix: 'bt2020nc', transfer: 'bt2020-10' },
      'convert',
      'bt709',
    ],
    ['linear light', { ...hd, transfer: 'linear' }, 'convert', 'bt709'],
    ['HLG', { ...hd, hdr: 'hlg' as const }, 'tone-map', 'bt709'],
  ])('of %s', (_, fields, conversion, matrix) => {
    expect(treatColour(videoTrack(fields))).toMatchObject({ conversion, output: { matrix } });
  });
});

describe('treatColourAs', () => {
  const bt709 = colourOf(videoTrack(hd));
  const bt601 = colourOf(videoTrack(ntsc));
  it.each([
    ['the same', hd, bt709, 'keep'],
    ['the same from HDR', { ...hd, hdr: 'pq' as const }, bt709, 'tone-map'],
    ['the same from wide colours', { ...hd, primaries: 'bt2020' }, bt709, 'convert'],
    ['others', ntsc, bt709, 'convert'],
    ['others from HDR', { ...hd, hdr: 'hlg' as const }, bt601, 'tone-map'],
    ['the same but for the matrix', { ...hd, matrix: 'smpte170m', primaries: 'bt709' }, bt709, 'matrix'],
  ])('gives %s', (_, fields, output, conversion) => {
    const video = videoTrack({ matrix: undefined, primaries: undefined, transfer: undefined, ...fields });
    expect(treatColourAs(output, video)).toMatchObject({ conversion, output });
  });
});

it('names HDR as H.273 does', () => {
  expect(hdrColour('hlg')).toEqual({ primaries: 'bt2020', transfer: 'arib-std-b67', matrix: 'bt2020nc' });
});

it('keeps what HDR says of itself, but for the weights that RGB has not', () => {
  const p3 = { primaries: 'smpte432', transfer: 'smpte2084', matrix: 'bt709' };
  expect(keptColour(p3)).toEqual(p3);
  expect(keptColour({ ...hdrColour('pq'), matrix: 'gbr' })).toEqual(hdrColour('pq'));
});
