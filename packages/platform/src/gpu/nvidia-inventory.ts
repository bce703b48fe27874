import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { GpuDevice, GpuInventory } from './gpu-device.ts';

const run = promisify(execFile);

const TIMEOUT_MS = 10_000;

/** Columns of `nvidia-smi --query-gpu` (`nvidia-smi --help-query-gpu`). */
const COLUMNS = [
  'uuid',
  'name',
  'utilization.encoder',
  'utilization.gpu',
  'temperature.gpu',
  'encoder.stats.sessionCount',
] as const;

/**
 * Sessions that the driver gives to one machine on all its cards that are not for data centres; it was 3, then 5, and is
 * 8 since driver 550 (https://developer.nvidia.com/video-encode-decode-support-matrix).
 */
const CONSUMER_SESSIONS = 8;
const CONSUMER = /geforce|titan/i;

/**
 * What CUDA reads of the system when it starts. Without them it ends with CUDA_ERROR_OPERATING_SYSTEM
 * (https://github.com/truefoundry/trueforge/issues/466).
 */
const SYSTEM_FOLDERS = ['/sys/bus/pci', '/sys/devices', '/sys/module'];

/** NVIDIA's devices, as its driver's own program lists them; none where that program is not there. */
export function nvidiaInventory(program = 'nvidia-smi'): GpuInventory {
  return {
    list: async () => {
      const query = [`--query-gpu=${COLUMNS.join(',')}`, '--format=csv,noheader,nounits'];
      const output = await run(program, query, { timeout: TIMEOUT_MS }).catch(() => undefined);
      return output === undefined ? [] : parseNvidia(output.stdout, await deviceFiles());
    },
  };
}

/**
 * The devices in the output of `nvidia-smi`; lines that are not as they should be are left out.
 *
 * A card is told from others by its UUID: its number here, that of its device file and that in CUDA are not the same
 * (https://github.com/google/gvisor/issues/9389). The files of all cards are needed for each, since the drivers that this
 * ffmpeg works with refuse to encode where they can't open one (https://github.com/NVIDIA/nvidia-container-toolkit/issues/1249).
 *
 * @param files NVIDIA's device files on this machine
 */
export function parseNvidia(output: string, files: readonly string[]): GpuDevice[] {
  const rows = output
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === COLUMNS.length);
  const consumerCards = rows.filter(([, name = '']) => CONSUMER.test(name)).length;
  const sessionLimit = Math.max(1, Math.floor(CONSUMER_SESSIONS / consumerCards));
  return rows.flatMap(([uuid, name, encoder, gpu, temperature, sessions]) => {
    if (uuid === undefined || name === undefined) return [];
    const utilisationPercent = toNumber(encoder) ?? toNumber(gpu);
    const temperatureC = toNumber(temperature);
    const sessionCount = toNumber(sessions);
    return [
      {
        id: `nvidia-${uuid}`,
        name,
        encoders: ['h264_nvenc'] as const,
        paths: [...files, ...SYSTEM_FOLDERS],
        environment: { CUDA_VISIBLE_DEVICES: uuid },
        ...(utilisationPercent === undefined ? {} : { utilisationPercent }),
        ...(temperatureC === undefined ? {} : { temperatureC }),
        ...(sessionCount === undefined ? {} : { sessions: sessionCount }),
        ...(CONSUMER.test(name) ? { sessionLimit } : {}),
      },
    ];
  });
}

/** `[N/A]` and `[Not Supported]` stay unknown. */
function toNumber(cell: string | undefined): number | undefined {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}

async function deviceFiles(): Promise<string[]> {
  const names = await readdir('/dev').catch((): string[] => []);
  return names
    .filter((name) => /^nvidia(\d+|ctl|-uvm|-uvm-tools|-modeset|-caps)$/.test(name))
    .map((name) => `/dev/${name}`);
}
