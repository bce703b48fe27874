import { chunkUnit, initPath, JOBS_PREFIX, parseChunkUnit, segmentPath, storeKeys } from './store-keys.ts';

describe('storeKeys', () => {
  it('keeps everything of a job below its folder', () => {
    const keys = [
      storeKeys.sourceFolder('j'),
      storeKeys.source('j', '.mp4'),
      storeKeys.frames('j'),
      storeKeys.plan('j'),
      storeKeys.plan('j', 'h264_nvenc'),
      storeKeys.attempts('j'),
      storeKeys.attemptsOf('j', 'u'),
      storeKeys.attempt('j', 'u', 'a'),
      storeKeys.commits('j'),
      storeKeys.commit('j', 'u', 0),
      storeKeys.output('j'),
      storeKeys.outputFile('j', 'master.m3u8'),
    ];
    expect(keys.filter((key) => !key.startsWith(storeKeys.job('j')))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps the backup of tenants and keys apart from all that is served', () => {
    for (const prefix of [JOBS_PREFIX, storeKeys.uploads(), storeKeys.batches()])
      expect(storeKeys.accessBackup().startsWith(prefix)).toBe(false);
  });

  it('gives each generation a commit key of its own', () => {
    expect(storeKeys.commit('j', 'chunk-00001', 0)).not.toBe(storeKeys.commit('j', 'chunk-00001', 1));
  });
});

describe('names inside the output', () => {
  it('pads numbers, so that names sort as numbers do', () => {
    expect(chunkUnit(7) < chunkUnit(12)).toBe(true);
    expect(segmentPath('720p', 3, 'abcdef0123456789')).toBe('720p/segment00003-abcdef0123.m4s');
    expect(initPath('720p')).toBe('720p/init.mp4');
  });

  it('gives a generation an init segment of its own', () => {
    expect([0, 1].map((generation) => initPath('720p', generation))).toEqual([
      '720p/init.mp4',
      '720p/init-g1.mp4',
    ]);
  });
});

describe('parseChunkUnit', () => {
  it.each([
    [chunkUnit(7), { chunkIndex: 7 }],
    [chunkUnit(123_456, '720p'), { chunkIndex: 123_456, rendition: '720p' }],
    ['audio-eng', undefined],
  ])('%s', (unit, expected) => {
    expect(parseChunkUnit(unit)).toEqual(expected);
  });
});
