import { getEventListeners } from 'node:events';
import { DevicePool } from './device-pool.ts';
import { slotsOn, standInInventory, union, type GpuDevice } from './gpu-device.ts';

const WEIGHTS = { utilisation: 1, temperature: 0.5, jobs: 20 };
const proved = new Map([
  ['standin-0', new Set(['h264_standin'])],
  ['standin-1', new Set(['h264_standin'])],
]);
const pool = (count: number, slotsPerDevice = 2, changes: Partial<GpuDevice> = {}): DevicePool =>
  new DevicePool({
    inventory: {
      list: async () => (await standInInventory(count).list()).map((device) => ({ ...device, ...changes })),
    },
    proved,
    slotsPerDevice,
    weights: WEIGHTS,
  });
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('DevicePool', () => {
  it('spreads encodes over the devices', async () => {
    const devices = pool(2);
    const leases = await Promise.all([1, 2, 3, 4].map(() => devices.acquire('h264_standin')));
    expect(leases.map(({ device }) => device.id).sort()).toEqual([
      'standin-0',
      'standin-0',
      'standin-1',
      'standin-1',
    ]);
  });

  it('lets who finds all full wait for a session, and no device have more than it takes', async () => {
    const devices = pool(1, 1);
    const first = await devices.acquire('h264_standin');
    let got = false;
    const second = devices.acquire('h264_standin').then((lease) => {
      got = true;
      return lease;
    });
    await settle();
    expect(got).toBe(false);
    first.release();
    first.release();
    (await second).release();
  });

  it('counts the sessions of other programs against the limit of the driver', async () => {
    const devices = pool(1, 4, { sessionLimit: 3, sessions: 2 });
    await devices.acquire('h264_standin');
    const abort = new AbortController();
    const second = devices.acquire('h264_standin', abort.signal);
    await settle();
    abort.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('has no device for an encoder that none has proved', async () => {
    await expect(pool(1).acquire('h264_nvenc')).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
  });

  it('has none either when the device that proved it is gone, so that the job can go on without', async () => {
    await expect(pool(0).acquire('h264_standin')).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
  });

  it('leaves nothing behind on a signal that has ended no wait', async () => {
    const devices = pool(1, 1);
    const first = await devices.acquire('h264_standin');
    const { signal } = new AbortController();
    const waiting = devices.acquire('h264_standin', signal);
    await settle();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    first.release();
    await waiting;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

it('joins the devices of several inventories', async () => {
  const devices = await union([standInInventory(1), standInInventory(0), standInInventory(2)]).list();
  expect(devices).toHaveLength(3);
});

it('counts the encodes that devices take together, no more on each than its driver allows', async () => {
  const [one, two, three] = await standInInventory(3).list();
  if (one === undefined || two === undefined || three === undefined) throw new Error('no devices');
  expect(slotsOn([one, { ...two, sessionLimit: 1 }, { ...three, sessionLimit: 8 }], 4)).toBe(9);
  expect(slotsOn([], 4)).toBe(0);
});
