import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HardwareEncoder } from '@framefold/domain';
import type { GpuDevice, GpuInventory } from './gpu-device.ts';

/** What to try on the devices of each vendor, by its PCI id (https://pci-ids.ucw.cz). NVIDIA's have their own inventory. */
const VENDORS: Readonly<Record<string, { name: string; encoders: readonly HardwareEncoder[] }>> = {
  '0x8086': { name: 'Intel', encoders: ['h264_qsv', 'h264_vaapi'] },
  '0x1002': { name: 'AMD', encoders: ['h264_vaapi'] },
};

/**
 * Intel's and AMD's devices by the kernel's render nodes.
 *
 * @param root of the file system, for tests
 */
export function driInventory(root = '/'): GpuInventory {
  return {
    list: async () => {
      const names = await readdir(join(root, 'dev/dri')).catch((): string[] => []);
      const nodes = names.filter((name) => /^renderD\d+$/.test(name)).sort();
      const devices = await Promise.all(nodes.map((node) => describeNode(root, node)));
      return devices.flat();
    },
  };
}

async function describeNode(root: string, node: string): Promise<GpuDevice[]> {
  const folder = join(root, 'sys/class/drm', node, 'device');
  const vendor = VENDORS[(await textOf(join(folder, 'vendor'))) ?? ''];
  if (vendor === undefined) return [];
  const path = `/dev/dri/${node}`;
  const utilisationPercent = await numberOf(join(folder, 'gpu_busy_percent'));
  const temperatureC = await temperatureOf(join(folder, 'hwmon'));
  return [
    {
      id: `dri-${node}`,
      name: `${vendor.name} ${node}`,
      encoders: vendor.encoders,
      node: path,
      paths: [path, '/sys/dev/char', '/sys/devices'],
      ...(utilisationPercent === undefined ? {} : { utilisationPercent }),
      ...(temperatureC === undefined ? {} : { temperatureC }),
    },
  ];
}

/** The first sensor's temperature; sysfs gives thousandths of a degree. */
async function temperatureOf(folder: string): Promise<number | undefined> {
  for (const sensor of await readdir(folder).catch((): string[] => [])) {
    const value = await numberOf(join(folder, sensor, 'temp1_input'));
    if (value !== undefined) return value / 1000;
  }
  return undefined;
}

async function textOf(file: string): Promise<string | undefined> {
  return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
}

async function numberOf(file: string): Promise<number | undefined> {
  const text = await textOf(file);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
