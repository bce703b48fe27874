import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { driInventory } from './dri-inventory.ts';

describe('driInventory', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'framefold-dri-'))));
  afterEach(() => rm(root, { recursive: true }));
  const write = async (path: string, content = ''): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };

  it('finds render nodes of vendors that it knows, with what they tell', async () => {
    const drm = 'sys/class/drm';
    for (const node of ['card0', 'renderD128', 'renderD129', 'renderD130']) await write(`dev/dri/${node}`);
    await write(`${drm}/renderD128/device/vendor`, '0x8086\n');
    await write(`${drm}/renderD129/device/vendor`, '0x1002\n');
    await write(`${drm}/renderD129/device/gpu_busy_percent`, '37\n');
    await write(`${drm}/renderD129/device/hwmon/hwmon3/temp1_input`, '52000\n');
    await write(`${drm}/renderD130/device/vendor`, '0x10de\n');
    expect(await driInventory(root).list()).toEqual([
      {
        id: 'dri-renderD128',
        name: 'Intel renderD128',
        encoders: ['h264_qsv', 'h264_vaapi'],
        node: '/dev/dri/renderD128',
        paths: ['/dev/dri/renderD128', '/sys/dev/char', '/sys/devices'],
      },
      {
        id: 'dri-renderD129',
        name: 'AMD renderD129',
        encoders: ['h264_vaapi'],
        node: '/dev/dri/renderD129',
        paths: ['/dev/dri/renderD129', '/sys/dev/char', '/sys/devices'],
        utilisationPercent: 37,
        temperatureC: 52,
      },
    ]);
  });

  it('finds nothing on a machine without any', async () => {
    expect(await driInventory(root).list()).toEqual([]);
  });
});
