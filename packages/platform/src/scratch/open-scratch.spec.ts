import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownerTag } from '../limits/owner-tag.ts';
import { openScratch } from './open-scratch.ts';

describe('openScratch', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'framefold-scratch-'))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('removes what dead processes left, and leaves living ones, other machines and fresh downloads alone', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const dead = ownerTag(child.pid);
    child.kill();
    await once(child, 'exit');
    const living = ownerTag(process.ppid);
    for (const name of [
      dead,
      living,
      'another-host_7_100',
      'gone-host_7_100',
      'downloads/old',
      'downloads/fresh',
    ]) {
      await mkdir(join(root, name, 'unit'), { recursive: true });
    }
    for (const name of ['downloads/old', 'gone-host_7_100']) await utimes(join(root, name), 1, 1);
    const scratch = await openScratch(root);
    expect(scratch.folder).toBe(join(root, ownerTag()));
    expect((await readdir(root)).sort()).toEqual(
      [ownerTag(), living, 'another-host_7_100', 'downloads'].sort(),
    );
    expect(await readdir(join(root, 'downloads'))).toEqual(['fresh']);
    await scratch.close();
    expect(await readdir(root)).not.toContain(ownerTag());
  });

  it('holds room for work until it is released, less what the work has written', async () => {
    const scratch = await openScratch(root);
    const place = await scratch.reserve('unit', 5_000_000);
    expect((await stat(place.folder)).isDirectory()).toBe(true);
    expect((await scratch.state()).reservedBytes).toBe(5_000_000);
    await writeFile(join(place.folder, 'half'), Buffer.alloc(2_000_000));
    expect((await scratch.state()).reservedBytes).toBe(3_000_000);
    await place.release();
    expect((await scratch.state()).reservedBytes).toBe(0);
    expect(await readdir(scratch.folder)).toEqual([]);
  });

  it('refuses work for which there is no room, counting what others hold', async () => {
    const scratch = await openScratch(root);
    const { freeBytes, totalBytes } = await scratch.state();
    const most = freeBytes - totalBytes * 0.05;
    const most90 = Math.floor(most * 0.9);
    const place = await scratch.reserve('large', most90);
    await expect(scratch.reserve('other', most90)).rejects.toMatchObject({ code: 'WORKER_DISK_LOW' });
    expect(await readdir(scratch.folder)).toEqual(['large', 'large.reserved']);
    await place.release();
    await (await scratch.reserve('other', most90)).release();
  });

  it('never grants more than there is to several at once', async () => {
    const scratch = await openScratch(root);
    const { freeBytes, totalBytes } = await scratch.state();
    const most60 = Math.floor((freeBytes - totalBytes * 0.05) * 0.6);
    const asked = ['a', 'b', 'c'].map((name) => scratch.reserve(name, most60));
    const granted = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled');
    expect(granted.length).toBeLessThanOrEqual(1);
  });

  it('goes on when its folder was removed as that of a forgotten process', async () => {
    const scratch = await openScratch(root);
    await rm(scratch.folder, { recursive: true });
    const place = await scratch.reserve('unit', 1);
    expect((await stat(place.folder)).isDirectory()).toBe(true);
  });

  it('shows by the age of its folder that it lives', async () => {
    const scratch = await openScratch(root);
    await utimes(scratch.folder, 1, 1);
    await scratch.sweep();
    expect((await stat(scratch.folder)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('holds room for a download, less what earlier attempts have got, until it pauses or ends', async () => {
    const scratch = await openScratch(root);
    const first = await scratch.openDownload('job');
    await first.reserve(5_000_000);
    expect((await scratch.state()).reservedBytes).toBe(5_000_000);
    await writeFile(join(first.folder, 'source'), Buffer.alloc(2_000_000));
    await first.pause();
    expect((await scratch.state()).reservedBytes).toBe(0);
    const second = await scratch.openDownload('job');
    await second.reserve(5_000_000);
    expect((await scratch.state()).reservedBytes).toBe(3_000_000);
    await second.release();
    expect((await scratch.state()).reservedBytes).toBe(0);
    expect(await readdir(join(root, 'downloads'))).toEqual([]);
  });

  it('refuses a download for which there is no room', async () => {
    const scratch = await openScratch(root);
    const { totalBytes } = await scratch.state();
    const place = await scratch.openDownload('job');
    await expect(place.reserve(totalBytes)).rejects.toMatchObject({ code: 'WORKER_DISK_LOW' });
    await scratch.discardDownloads('job');
    expect(await readdir(join(root, 'downloads'))).toEqual([]);
  });
});
