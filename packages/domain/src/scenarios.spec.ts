import { fitLadder } from './ladder.ts';
import { TranscodeRequest } from './request.ts';
import { rungOf, SCENARIOS, ScenarioName, ScenarioParameters, testSourceOf } from './scenarios.ts';
import { testSourceBytes } from './test-source.ts';

describe('SCENARIOS', () => {
  it.each<[ScenarioName, number, number, number, string, number]>([
    ['720p30-h264', 1280, 720, 30, 'h264', 2000],
    ['1080p-h264', 1920, 1080, 30, 'h264', 5000],
    ['4K60-h264', 3840, 2160, 60, 'h264', 10_000],
    ['4K60-h265', 3840, 2160, 60, 'hevc', 15_000],
  ])('%s is what everybody takes it for', (name, width, height, frameRate, codec, bitrateKbps) => {
    expect(SCENARIOS[name]).toMatchObject({ width, height, frameRate, codec, bitrateKbps });
  });

  it.each(ScenarioName.options)('%s is what its name says', (name) => {
    const [, size, rate = '30', codec] = /^(720p|1080p|4K)(\d+)?-(\w+)$/.exec(name) ?? [];
    expect(SCENARIOS[name]).toMatchObject({
      height: size === '4K' ? 2160 : Number.parseInt(size ?? ''),
      frameRate: Number(rate),
      codec: codec === 'h265' ? 'hevc' : codec,
    });
  });

  it.each(ScenarioName.options)('%s gives its test source one rendition of its size and rate', (name) => {
    const { width, height, frameRate, codec, bitrateKbps } = SCENARIOS[name];
    const rate = codec === 'av1' ? { maxrateKbps: bitrateKbps } : { averageKbps: bitrateKbps };
    const recipe = testSourceOf(name);
    expect(recipe).toEqual({ width, height, frameRate, seconds: 10 });
    expect(fitLadder([rungOf(name)], recipe)).toEqual([
      expect.objectContaining({ name: name.toLowerCase(), width, height, codec, ...rate }),
    ]);
    // What a source may have by default.
    expect(testSourceBytes(testSourceOf(name, { duration: 600 }))).toBeLessThan(10 * 1024 ** 3);
  });

  it('takes parameters', () => {
    expect(testSourceOf('720p30-h264', { duration: 4 }).seconds).toBe(4);
    expect(rungOf('720p30-h264', { bitrate: 100_000 })).toMatchObject({
      averageKbps: 100_000,
      maxrateKbps: 150_000,
      maxFrameRate: 30,
    });
  });

  it('stays readable when its scenario is not known any more', () => {
    const fields = { testSource: testSourceOf('720p30-h264'), ladder: [rungOf('720p30-h264')] };
    expect(TranscodeRequest.parse({ ...fields, scenario: '8K-h266' }).scenario).toBe('8K-h266');
  });
});

describe('ScenarioParameters', () => {
  it.each([
    ['5M', 5000],
    ['5m', 5000],
    ['2.5M', 2500],
    ['2500k', 2500],
    ['2500K', 2500],
    ['0.05M', 50],
    ['100M', 100_000],
    [2500, 2500],
  ])('reads the bit rate %p as %d kbit/s', (bitrate, kbps) => {
    expect(ScenarioParameters.parse({ bitrate })).toEqual({ bitrate: kbps });
  });

  it.each(['5', '5000000', '5 M', '5G', 'M', '', '-5M', '1e3k', '49k', '101M', 49, 100_001, 2.5, null, {}])(
    'refuses the bit rate %p with words that help',
    (bitrate) => {
      const { issues } = ScenarioParameters.safeParse({ bitrate }).error!;
      expect(issues).toMatchObject([
        { path: ['bitrate'], message: expect.stringContaining('5M or 2500k') as string },
      ]);
    },
  );

  it.each([0, 601, 2.5, '10'])('refuses the duration %p', (duration) => {
    expect(ScenarioParameters.safeParse({ duration }).error?.issues).toMatchObject([{ path: ['duration'] }]);
  });
});
