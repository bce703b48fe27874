import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProvedEncoder } from '@framefold/domain';
import { createFolderStore, standInInventory, type GpuDevice } from '@framefold/platform';
import type { Role } from '@framefold/runtime';
import type { Assembly } from './assemble.ts';
import { encoderTrials } from './encoder-trials.ts';

const SLOTS_PER_DEVICE = 2;

describe('encoderTrials', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-trials-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Trials of a worker with stand-ins, of which those named do not work. */
  const trialsOf = async (roles: readonly Role[], count: number, broken: readonly string[] = []) => {
    const asked: string[] = [];
    const prove = (encoder: string, device?: GpuDevice): Promise<ProvedEncoder> => {
      const on = device?.id ?? 'cpu';
      asked.push(`${encoder} on ${on}`);
      const works = !broken.includes(on) && !broken.includes(encoder);
      return Promise.resolve({ name: encoder, device: on, works, ...(works ? {} : { reason: 'it broke' }) });
    };
    const assembly = {
      store: createFolderStore(folder),
      engine: { build: 'a-build' },
      devices: await standInInventory(count).list(),
      prove,
    } as Pick<Assembly, 'store' | 'engine' | 'devices' | 'prove'>;
    return { asked, trials: encoderTrials(assembly, roles, 'worker', SLOTS_PER_DEVICE) };
  };

  it('tries what the roles stand for, and nothing else', async () => {
    const media = await trialsOf(['media'], 2);
    expect(await media.trials.run()).toBeUndefined();
    expect(media.asked).toEqual([]);
    const both = await trialsOf(['encode-cpu', 'encode-gpu'], 1);
    expect(await both.trials.run()).toBeUndefined();
    expect(both.asked).toEqual([
      'h264_standin on standin-0',
      ...['libx264 on cpu', 'libx265 on cpu', 'libvpx-vp9 on cpu', 'libsvtav1 on cpu'],
    ]);
  });

  it('goes on without a device that does not work, and counts no slots on it', async () => {
    const { trials } = await trialsOf(['encode-gpu'], 2, ['standin-1']);
    expect(await trials.run()).toBeUndefined();
    expect(trials.gpuSlots).toBe(SLOTS_PER_DEVICE);
    expect(trials.proved).toMatchObject([{ works: true }, { works: false, reason: 'it broke' }]);
  });

  it.each([
    ['none works', 1, 'no GPU works: h264_standin on standin-0: it broke'],
    ['there is none', 0, 'no GPU was found.'],
  ])('can do nothing when %s and it has no other role', async (_why, count, obstacle) => {
    const { trials } = await trialsOf(['encode-gpu'], count, ['standin-0']);
    expect(await trials.run()).toBe(obstacle);
    expect(trials.gpuSlots).toBe(0);
  });

  it('takes no work on the processor while an encoder there does not work, and names it', async () => {
    const { trials } = await trialsOf(['encode-cpu'], 0, ['libx265', 'libsvtav1']);
    expect(await trials.run()).toBe('libx265: it broke libsvtav1: it broke');
    expect(trials.proved.map(({ works }) => works)).toEqual([true, false, true, false]);
  });

  it('goes on with its other roles when no GPU works', async () => {
    const { trials } = await trialsOf(['encode-gpu', 'media'], 1, ['standin-0']);
    expect(await trials.run()).toBeUndefined();
  });

  it('forgets what was, once it has tried again', async () => {
    const broken = ['standin-0'];
    const { trials } = await trialsOf(['encode-gpu'], 1, broken);
    await trials.run();
    broken.pop();
    expect(await trials.run()).toBeUndefined();
    expect(trials.proved).toHaveLength(1);
    expect(trials.gpuSlots).toBe(SLOTS_PER_DEVICE);
  });
});
