import fc from 'fast-check';
import { fitLadder, VideoRendition } from './ladder.ts';
import { Ladder, LADDERS } from './profiles.ts';

const sizes = (width: number, height: number, ladder: Ladder = 'hls-default'): string[] =>
  fitLadder(ladder, { width, height }).map((rung) => `${rung.name} ${rung.width}x${rung.height}`);

describe('fitLadder', () => {
  it.each([
    ['16:9', 1920, 1080, ['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360']],
    ['4K', 3840, 2160, ['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360']],
    ['4:3', 640, 480, ['480p 640x480', '360p 480x360']],
    ['portrait', 1080, 1920, ['1080p 1080x1920', '720p 720x1280', '480p 480x854', '360p 360x640']],
    ['2.39:1', 1920, 803, ['720p 1722x720', '480p 1148x480', '360p 860x360']],
    ['square', 720, 720, ['720p 720x720', '480p 480x480', '360p 360x360']],
    ['719 lines', 1278, 719, ['720p 1278x720', '480p 854x480', '360p 640x360']],
    ['718 lines', 1276, 718, ['480p 854x480', '360p 640x360']],
    ['odd sizes', 853, 481, ['480p 852x480', '360p 638x360']],
    ['tiny', 160, 120, ['120p 160x120']],
    ['tiny and odd', 161, 121, ['122p 162x122']],
    ['two pixels', 2, 2, ['2p 2x2']],
    ['a strip of a pixel', 4000, 1, ['2p 4000x2']],
  ])('%s', (_, width, height, expected) => {
    expect(sizes(width, height)).toEqual(expected);
  });

  it('gives a source below the smallest rung that rung’s settings', () => {
    const [own] = fitLadder('hls-default', { width: 320, height: 180 });
    const smallest = LADDERS['hls-default'].at(-1);
    expect(own).toMatchObject({
      name: '180p',
      crf: 22,
      preset: smallest?.preset,
      maxrateKbps: 800,
      bufsizeKbps: 1600,
    });
  });

  it('takes a ladder that is spelt out, in order of size', () => {
    const ladder = Ladder.parse([
      { name: 'small', shortSide: 240, maxrateKbps: 300 },
      { name: 'large', shortSide: 600, maxrateKbps: 1500, crf: 20, preset: 'veryfast' },
    ]);
    expect(sizes(1920, 1080, ladder)).toEqual(['large 1066x600', 'small 426x240']);
    expect(fitLadder(ladder, { width: 1920, height: 1080 })[0]).toMatchObject({
      crf: 20,
      preset: 'veryfast',
      bufsizeKbps: 3000,
    });
  });

  it('keeps sizes even, the shape, and never scales up, whatever the source', () => {
    const side = fc.integer({ min: 2, max: 8192 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const rungs = fitLadder('hls-default', { width, height });
        expect(rungs.length).toBeGreaterThan(0);
        for (const rung of rungs) {
          VideoRendition.parse(rung);
          expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
          // One pixel is what an even size may cost.
          expect(rung.width).toBeLessThanOrEqual(width + 1);
          expect(rung.height).toBeLessThanOrEqual(height + 1);
          // Each side is within a pixel of the exact shape, and so is the source's own pixel of 719 against 720.
          const scale = Math.min(rung.width, rung.height) / Math.min(width, height);
          const exactLong = Math.max(width, height) * scale;
          const tolerance = 1 + Math.max(width, height) / Math.min(width, height);
          expect(Math.abs(Math.max(rung.width, rung.height) - exactLong)).toBeLessThanOrEqual(tolerance);
        }
      }),
    );
  });
});
