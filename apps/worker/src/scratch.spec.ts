import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratch } from './scratch.ts';

describe('openScratch', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-scratch-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('removes what dead processes left, and leaves living ones and fresh downloads alone', async () => {
    const dead = spawnSync('true').pid;
    for (const name of [`${dead}/unit`, `${process.ppid}/unit`, 'downloads/old', 'downloads/fresh']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await utimes(join(folder, 'downloads/old'), 1, 1);
    const own = await openScratch(folder);
    expect(own).toBe(join(folder, String(process.pid)));
    expect((await readdir(folder)).sort()).toEqual(
      [String(process.pid), String(process.ppid), 'downloads'].sort(),
    );
    expect(await readdir(join(folder, 'downloads'))).toEqual(['fresh']);
  });
});
