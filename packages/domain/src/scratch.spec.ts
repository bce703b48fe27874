import { diskLevel, fits, scratchBytes } from './scratch.ts';
import { frozenPlan } from './testing/builders.ts';

const disk = (freeBytes: number, reservedBytes = 0) => ({ freeBytes, totalBytes: 1000, reservedBytes });

describe('diskLevel', () => {
  it.each([
    [500, 'ok'],
    [100, 'ok'],
    [99, 'low'],
    [50, 'low'],
    [49, 'full'],
    [0, 'full'],
  ])('with %i of 1000 free is %s', (free, level) => {
    expect(diskLevel(disk(free))).toBe(level);
  });
});

describe('fits', () => {
  it.each([
    [100, disk(200), true],
    [150, disk(200), true],
    [151, disk(200), false],
    [100, disk(200, 50), true],
    [101, disk(200, 50), false],
  ])('%i bytes into %j: %s', (bytes, state, expected) => {
    expect(fits(bytes, state)).toBe(expected);
  });
});

describe('scratchBytes', () => {
  it('is what all renditions may take at their ceilings, and the largest of them once more', () => {
    const renditions = frozenPlan().renditions.map((rendition, index) => ({
      ...rendition,
      maxrateKbps: index === 0 ? 2000 : 1000,
      bufsizeKbps: index === 0 ? 4000 : 2000,
    }));
    const [large, small] = [(2000 * 6 + 4000) * 125, (1000 * 6 + 2000) * 125];
    expect(scratchBytes(renditions, 6)).toBe(2 * large + small + 4 * 1024 ** 2);
  });

  it('lets a first run that ignores its ceiling above it', () => {
    const [rendition] = frozenPlan().renditions.map((one) => ({ ...one, encoder: 'libvpx-vp9', crf: 32 }));
    if (rendition === undefined) throw new Error('no rendition');
    const { maxrateKbps, bufsizeKbps } = rendition;
    const atCeiling = (maxrateKbps * 6 + bufsizeKbps) * 125;
    expect(scratchBytes([rendition], 6)).toBe(2 * 4 * atCeiling + 4 * 1024 ** 2);
  });
});
