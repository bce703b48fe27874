import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupName, sweepGroups } from './cgroup-group.ts';
import { ownerTag } from './owner-tag.ts';

// Folders without members behave like groups without any.
describe('sweepGroups', () => {
  let place: string;
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'framefold-groups-'));
  });
  afterEach(() => rm(place, { recursive: true, force: true }));

  const living = groupName(ownerTag());
  const dead = ownerTag().replace(/\d+$/, '1');

  it('removes the groups of dead owners with all in them, also from groups of living ones', async () => {
    await mkdir(join(place, living, groupName(dead)), { recursive: true });
    await mkdir(join(place, groupName(dead), groupName(dead)), { recursive: true });
    await sweepGroups(place);
    expect(await readdir(place)).toEqual([living]);
    expect(await readdir(join(place, living))).toEqual([]);
  });

  it('leaves alone what is not ours, and what belongs to another machine', async () => {
    const others = ['system.slice', 'framefold', 'framefold_elsewhere_1_2_3'].sort();
    for (const name of others) await mkdir(join(place, name, groupName(dead)), { recursive: true });
    await sweepGroups(place);
    expect((await readdir(place)).sort()).toEqual(others);
    expect(await readdir(join(place, 'system.slice'))).toHaveLength(1);
  });
});
