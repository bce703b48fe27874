import { splitRun } from './split-run.ts';

describe('splitRun', () => {
  it('cuts into runs that follow one another', () => {
    const run = { firstChunk: 0, chunkFrames: [10, 11, 12, 13, 14], framesBefore: 0 };
    expect(splitRun(run, 2)).toEqual([
      { firstChunk: 0, chunkFrames: [10, 11], framesBefore: 0 },
      { firstChunk: 2, chunkFrames: [12, 13], framesBefore: 21 },
      { firstChunk: 4, chunkFrames: [14], framesBefore: 46 },
    ]);
  });

  it('leaves a short run whole', () => {
    const run = { firstChunk: 7, chunkFrames: [10], framesBefore: 70 };
    expect(splitRun(run, 2)).toEqual([run]);
  });
});
