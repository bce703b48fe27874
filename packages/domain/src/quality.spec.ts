import {
  addQuality,
  MOST_PSNR_DB,
  qualityOf,
  sumScores,
  vmafView,
  type FrameScores,
  type PictureSize,
} from './quality.ts';

const size = (width: number, height: number): PictureSize => ({ width, height });

describe('vmafView', () => {
  it.each([
    ['fills the display it was trained for', size(1920, 1080), size(1920, 1080), 'vmaf_v0.6.1'],
    ['small pictures are scaled up to it', size(854, 480), size(1920, 1080), 'vmaf_v0.6.1'],
    ['narrow ones fill its height', size(640, 480), size(1440, 1080), 'vmaf_v0.6.1'],
    ['wide films fill its width', size(1920, 800), size(1920, 800), 'vmaf_v0.6.1'],
    ['portrait turns the display', size(720, 1280), size(1080, 1920), 'vmaf_v0.6.1'],
    ['between the displays, the smaller one', size(2560, 1440), size(1920, 1080), 'vmaf_v0.6.1'],
    ['2160 lines', size(3840, 2160), size(3840, 2160), 'vmaf_4k_v0.6.1'],
    ['a wide film of that size', size(3840, 1600), size(3840, 1600), 'vmaf_4k_v0.6.1'],
    ['beyond, the largest there is', size(7680, 4320), size(3840, 2160), 'vmaf_4k_v0.6.1'],
    ['a sliver stays a picture', size(4000, 1), size(3840, 2), 'vmaf_4k_v0.6.1'],
  ])('%s', (_, source, expected, model) => {
    expect(vmafView(source)).toEqual({ ...expected, model });
  });
});

const frame = (vmaf: number | undefined, error: number, ssim: number, errorY = error): FrameScores => ({
  ...(vmaf === undefined ? {} : { vmaf }),
  error,
  errorY,
  ssim,
});

describe('qualityOf', () => {
  it('averages VMAF and SSIM by frames, and PSNR by errors, not by decibels', () => {
    // 30 dB and 50 dB: their mean is 40 dB, that of their errors is 5.05e-4.
    expect(qualityOf(sumScores([frame(90, 1e-3, 0.9), frame(60, 1e-5, 0.98, 1e-3)]))).toEqual({
      vmaf: 75,
      vmafHarmonicMean: 72.039,
      vmafLowest: 60,
      psnrDb: 32.967,
      psnrYDb: 30,
      ssim: 0.94,
    });
  });

  it('caps what is no different', () => {
    expect(qualityOf(sumScores([frame(100, 0, 1)]))).toMatchObject({
      psnrDb: MOST_PSNR_DB,
      psnrYDb: MOST_PSNR_DB,
      ssim: 1,
    });
  });

  it('has a harmonic mean of a frame without any likeness', () => {
    expect(qualityOf(sumScores([frame(0, 1, 0), frame(100, 1, 0)]))).toMatchObject({
      vmaf: 50,
      vmafHarmonicMean: 0.98,
      vmafLowest: 0,
      psnrDb: 0,
    });
  });

  it('says nothing of VMAF where it was not measured', () => {
    expect(qualityOf(sumScores([frame(undefined, 1e-4, 0.99)]))).toEqual({
      psnrDb: 40,
      psnrYDb: 40,
      ssim: 0.99,
    });
  });
});

describe('addQuality', () => {
  it('gives of parts what their frames give together', () => {
    const frames = [1, 2, 3, 4, 5].map((n) => frame(50 + n * 7, n * 1e-4, 1 - n / 100, n * 2e-4));
    const parts = [frames.slice(0, 1), frames.slice(1, 4), frames.slice(4)].map(sumScores);
    expect(qualityOf(addQuality(parts))).toEqual(qualityOf(sumScores(frames)));
    expect(addQuality(parts).frames).toBe(5);
  });

  it('has no VMAF of the whole when a part has none', () => {
    expect(
      addQuality([sumScores([frame(90, 0, 1)]), sumScores([frame(undefined, 0, 1)])]).vmaf,
    ).toBeUndefined();
  });
});
