import { progressReader } from './progress.ts';

it('gives a block when its last line has come, and N/A as unknown', () => {
  const read = progressReader();
  const blocks = [
    'frame=10',
    'out_time_us=N/A',
    'progress=continue',
    'frame=24',
    'out_time_us=1000000',
    'junk',
    'progress=end',
  ]
    .map(read)
    .filter((block) => block !== undefined);
  expect(blocks).toEqual([
    { frames: 10, outSeconds: undefined },
    { frames: 24, outSeconds: 1 },
  ]);
});
