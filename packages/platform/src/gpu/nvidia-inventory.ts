import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { GpuDevice, GpuInventory } from './gpu-device.ts';

const run = promisify(execFile);

const TIMEOUT_MS = 10_000;

/** Columns of `nvidia-smi --query-gpu` (`nvidia-smi --help-query-gpu`). */
const COLUMNS = [
  'index',
  'uuid',
  'name',
  'utilization.encoder',
  'utilization.gpu',
  'temperature.gpu',
  'encoder.stats.sessionCount',
] as const;

/**
 * Sessions that the driver gives to one machine on cards that are not for data centres; it was 3, then 5, and is 8 since
 * driver 550 (https://developer.nvidia.com/video-encode-decode-support-matrix).
 */
const CONSUMER_SESSIONS = 8;
const CONSUMER = /geforce|titan/i;

/** NVIDIA's devices, as its driver's own program lists them; none where that program is not there. */
export function nvidiaInventory(program = 'nvidia-smi'): GpuInventory {
  return {
    list: async () => {
      const query = [`--query-gpu=${COLUMNS.join(',')}`, '--format=csv,noheader,nounits'];
      const output = await run(program, query, { timeout: TIMEOUT_MS }).catch(() => undefined);
      return output === undefined ? [] : parseNvidia(output.stdout, await controlNodes());
    },
  };
}

/**
 * The devices in the output of `nvidia-smi`; lines that are not as they should be are left out.
 *
 * @param control device files that all of them share
 */
export function parseNvidia(output: string, control: readonly string[]): GpuDevice[] {
  return output.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    const [index, uuid, name, encoder, gpu, temperature, sessions] = cells;
    if (cells.length !== COLUMNS.length || uuid === undefined || name === undefined) return [];
    const number = toNumber(index);
    if (number === undefined) return [];
    const utilisationPercent = toNumber(encoder) ?? toNumber(gpu);
    const temperatureC = toNumber(temperature);
    const sessionCount = toNumber(sessions);
    return [
      {
        id: `nvidia-${uuid}`,
        name,
        encoders: ['h264_nvenc'] as const,
        index: number,
        paths: [`/dev/nvidia${number}`, ...control],
        ...(utilisationPercent === undefined ? {} : { utilisationPercent }),
        ...(temperatureC === undefined ? {} : { temperatureC }),
        ...(sessionCount === undefined ? {} : { sessions: sessionCount }),
        ...(CONSUMER.test(name) ? { sessionLimit: CONSUMER_SESSIONS } : {}),
      },
    ];
  });
}

/** `[N/A]` and `[Not Supported]` stay unknown. */
function toNumber(cell: string | undefined): number | undefined {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}

async function controlNodes(): Promise<string[]> {
  const names = await readdir('/dev').catch((): string[] => []);
  return names
    .filter((name) => /^nvidia(ctl|-uvm|-uvm-tools|-modeset|-caps)$/.test(name))
    .map((name) => `/dev/${name}`);
}
