import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskOf } from './disk-of.ts';

describe('diskOf', () => {
  it('knows the disk of a folder, and of one that is not there yet', async () => {
    const disk = await diskOf(tmpdir());
    expect(disk.totalBytes).toBeGreaterThan(disk.freeBytes);
    expect(disk.freeBytes).toBeGreaterThan(0);
    const { totalBytes } = await diskOf(join(tmpdir(), 'framefold-missing', 'deeper'));
    expect(totalBytes).toBe(disk.totalBytes);
  });
});
