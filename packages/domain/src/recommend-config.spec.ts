import { recommendConfig, type Calibration } from './recommend-config.ts';

const GIB = 1024 ** 3;
const round = (encodes: number, wallSeconds: number, peakMb = 500): Calibration['rounds'][number] => ({
  encodes,
  wallSeconds,
  cpuSeconds: 8,
  peakMemoryBytes: peakMb * 1024 ** 2,
});
const calibration = (
  rounds: Calibration['rounds'],
  machine: Partial<Calibration['machine']> = {},
): Calibration => ({
  mediaSeconds: 2,
  encoderBuild: 'ffmpeg-9',
  machine: { cores: 4, memoryBytes: 32 * GIB, ...machine },
  rounds,
});

describe('recommendConfig', () => {
  it('takes as many slots as gain anything', () => {
    expect(
      recommendConfig(calibration([round(1, 4), round(2, 4.4), round(4, 8.7), round(8, 17.4)])),
    ).toMatchObject({
      encodeSlots: 2,
      speed: 4 / 4.4,
      threadsPerEncode: 2,
    });
    expect(recommendConfig(calibration([round(1, 4), round(2, 4.4), round(4, 5)])).encodeSlots).toBe(4);
  });

  it('takes no more than fit into the memory', () => {
    const small = { memoryBytes: 2 * GIB };
    expect(recommendConfig(calibration([round(1, 4), round(2, 4), round(4, 4)], small)).encodeSlots).toBe(2);
    expect(recommendConfig(calibration([round(2, 4, 5000)], small)).encodeSlots).toBe(1);
  });

  it('recommends the limits of the table, raised where the machine or its encoder needs more', () => {
    const usual = recommendConfig(calibration([round(1, 4)])).limits;
    expect(usual).toEqual([
      { shortSide: 720, maxCpuPercent: 150, maxMemoryMb: 1024, timeoutSec: 300 },
      { shortSide: 1080, maxCpuPercent: 300, maxMemoryMb: 2048, timeoutSec: 900 },
      { shortSide: 2160, maxCpuPercent: 400, maxMemoryMb: 4096, timeoutSec: 3600 },
    ]);
    const slow = recommendConfig(calibration([round(1, 100, 2000)], { cores: 1 })).limits;
    expect(slow[1]).toEqual({ shortSide: 1080, maxCpuPercent: 100, maxMemoryMb: 3072, timeoutSec: 2040 });
  });
});
