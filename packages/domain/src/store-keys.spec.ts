import { chunkUnit, initPath, segmentPath, storeKeys } from './store-keys.ts';

describe('storeKeys', () => {
  it('keeps everything of a job below its folder', () => {
    const keys = [
      storeKeys.sourceFolder('j'),
      storeKeys.source('j', '.mp4'),
      storeKeys.frames('j'),
      storeKeys.plan('j'),
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
});
