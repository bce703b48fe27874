import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cgroupPlaces } from './cgroup-places.ts';
import { workerGroupName } from './cgroup-group.ts';
import { createResourceControl } from './create-resource-control.ts';
import { ownerTag } from './owner-tag.ts';

const read = (file: string): Promise<string> => readFile(file, 'utf8');
const place = async (): Promise<string | undefined> =>
  cgroupPlaces(await read('/proc/self/cgroup'), await read('/proc/self/mountinfo')).get('');

const home = await place();
const obstacle = await createResourceControl({ kind: 'cgroup-v2' }).then(
  () => undefined,
  (error: unknown) => (error as Error).message,
);

// A machine has control groups of one version: `npm run test:cgroup2` runs these under a kernel that has the second.
if (home === undefined || obstacle !== undefined) {
  it.todo(`cgroup v2: ${obstacle ?? 'this process is in no group of it'}`);
} else {
  describe('a process in a version-2 group that was delegated to it', () => {
    const folder = join(home, `delegated-${process.pid}`);
    const enter = (group: string, pid = process.pid): Promise<void> =>
      writeFile(join(group, 'cgroup.procs'), String(pid));
    beforeEach(async () => {
      await mkdir(folder);
      await enter(folder);
      // As a shell or npx that launched it.
      await enter(folder, process.ppid);
    });
    afterEach(async () => {
      await enter(home);
      await enter(home, process.ppid);
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) await rmdir(join(folder, entry.name));
      }
      await rmdir(folder);
    });

    it('makes room for the groups of its programs, once', async () => {
      for (const kind of ['auto', 'cgroup-v2'] as const) {
        const control = await createResourceControl({ kind });
        expect(control.kind).toBe('cgroup-v2');
        const group = await control.open({ cpuPercent: 50, memoryBytes: 2 ** 26 });
        await group.close();
        expect(await place()).toMatch(new RegExp(`^${folder}/framefold_.*_0$`));
      }
    });

    it('stays where it is when others are there, too', async () => {
      const other = spawn('sleep', ['600']);
      await once(other, 'spawn');
      await expect(createResourceControl({ kind: 'cgroup-v2' })).rejects.toThrow('EBUSY');
      expect(await place()).toBe(folder);
      expect((await readdir(folder)).filter((name) => name.startsWith('framefold_'))).toEqual([]);
      other.kill('SIGKILL');
      await once(other, 'exit');
    });

    it('leaves launchers alone that outlive their worker', async () => {
      const place = join(folder, workerGroupName(ownerTag().replace(/\d+$/, '1')));
      const launcher = spawn('sleep', ['600']);
      await once(launcher, 'spawn');
      await mkdir(place);
      await enter(place, launcher.pid);
      const control = await createResourceControl({ kind: 'cgroup-v2' });
      await control.sweep();
      expect(await readdir(folder)).toContain(basename(place));
      launcher.kill('SIGTERM');
      expect(await once(launcher, 'exit')).toEqual([null, 'SIGTERM']);
      await control.sweep();
      expect(await readdir(folder)).not.toContain(basename(place));
    });
  });
}
