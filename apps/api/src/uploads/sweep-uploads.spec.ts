import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeFolder } from '@framefold/platform';
import { createLogger } from '@framefold/telemetry';
import { startUploadSweep, sweepPauseMs } from './sweep-uploads.ts';

let lines: string[];
const logger = createLogger({
  level: 'warn',
  name: 'spec',
  destination: { write: (line) => void lines.push(line) },
});

let folder: string;
beforeEach(async () => {
  lines = [];
  folder = await mkdtemp(join(tmpdir(), 'framefold-sweep-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sweepOnce = async (): Promise<number> => {
  let sweeps = 0;
  const stop = startUploadSweep({ sweep: async () => void (sweeps += 1) }, folder, logger);
  await stop();
  return sweeps;
};

describe('the sweep of uploads', () => {
  it('begins at once, and gives the folder back in the end', async () => {
    expect(await sweepOnce()).toBe(1);
    expect(await sweepOnce()).toBe(1);
  });

  it('leaves a folder alone that another has', async () => {
    const owner = takeFolder(folder);
    expect(await sweepOnce()).toBe(0);
    expect(takeFolder(folder)).toEqual({ holder: String(process.pid) });
    if ('release' in owner) owner.release();
    expect(await sweepOnce()).toBe(1);
  });

  it('outlives a store that does not answer', async () => {
    const stop = startUploadSweep({ sweep: () => Promise.reject(new Error('down')) }, folder, logger);
    await stop();
    expect(lines).toEqual([expect.stringContaining('down')]);
  });

  it('comes back soon after a failure, and ever later when it goes on failing', () => {
    expect([1, 2, 3, 7, 8, 1000].map(sweepPauseMs)).toEqual([
      5_000, 10_000, 20_000, 320_000, 600_000, 600_000,
    ]);
    expect(sweepPauseMs(0)).toBe(600_000);
  });

  it('tells which uploads failed, and why', async () => {
    const cause = new Error('no room');
    const failed = new AggregateError([new Error('The upload abc could not be swept.', { cause })], 'one');
    const stop = startUploadSweep({ sweep: () => Promise.reject(failed) }, folder, logger);
    await stop();
    expect(lines).toEqual([expect.stringMatching(/The upload abc could not be swept.*no room/)]);
  });
});
