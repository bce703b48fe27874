import { clampLimits, DEFAULT_LIMITS, recommendedLimits, settleLimits } from './limits.ts';

describe('settleLimits', () => {
  it.each([
    [360, 2048],
    [1080, 2048],
    [1440, 4096],
    [2160, 4096],
    [4320, 16_384],
  ])(
    'gives a job of %i lines that asks for nothing %i MB and no limit of processor time',
    (shortSide, maxMemoryMb) => {
      expect(settleLimits({}, {}, shortSide)).toEqual({
        limits: { ...DEFAULT_LIMITS, maxMemoryMb },
        warnings: [],
      });
    },
  );

  it('gives what is asked for', () => {
    const asked = { maxCpuPercent: 50, maxMemoryMb: 64, maxDiskMb: 100, timeoutSec: 10 };
    expect(settleLimits(asked, {}, 1080)).toEqual({ limits: asked, warnings: [] });
  });

  it('gives no more than the operator grants, and says so where more was asked for', () => {
    const ceilings = { maxCpuPercent: 200, maxMemoryMb: 1000, timeoutSec: 600 };
    const { limits, warnings } = settleLimits({ maxMemoryMb: 4000, timeoutSec: 60 }, ceilings, 1080);
    expect(limits).toEqual({ maxCpuPercent: 200, maxMemoryMb: 1000, maxDiskMb: 5000, timeoutSec: 60 });
    expect(warnings).toEqual([
      {
        code: 'LIMIT_CLAMPED',
        message: 'resourceLimits.maxMemoryMb is 1000 instead of 4000: the operator grants no more.',
      },
    ]);
  });
});

describe('recommendedLimits', () => {
  it.each([
    [480, 1024],
    [720, 1024],
    [721, 2048],
    [2160, 4096],
    [4320, undefined],
  ])('for %i lines recommends %s MB', (shortSide, maxMemoryMb) => {
    expect(recommendedLimits(shortSide)?.maxMemoryMb).toBe(maxMemoryMb);
  });
});

describe('clampLimits', () => {
  const limits = { maxMemoryMb: 2048, maxDiskMb: 5000, timeoutSec: 3600 };

  it('takes the lower of what was settled and what is granted here', () => {
    expect(clampLimits(limits, { maxMemoryMb: 64, timeoutSec: 7200, maxCpuPercent: 50 })).toEqual({
      maxCpuPercent: 50,
      maxMemoryMb: 64,
      maxDiskMb: 5000,
      timeoutSec: 3600,
    });
  });

  it('changes nothing where nothing less is granted', () => {
    expect(clampLimits(limits, {})).toEqual(limits);
  });
});
