import { loadConfig } from '@framefold/config';
import { DevicePool } from '../gpu/device-pool.ts';
import { standInInventory } from '../gpu/gpu-device.ts';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { EncodeEngine } from './encode-engine.ts';
import { describeEncodeEngine } from './engine-contract.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

async function lab(): Promise<{ ffmpeg: string; engine: EncodeEngine }> {
  const { ffmpeg, bwrap } = loadConfig().tools;
  if (ffmpeg === undefined) throw new Error('FRAMEFOLD_FFMPEG is not set; run the tests by npm test.');
  const runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
  const devices = new DevicePool({
    inventory: standInInventory(2),
    proved: new Map([['standin-1', new Set(['h264_standin'])]]),
    slotsPerDevice: 1,
    weights: { utilisation: 1, temperature: 0.5, jobs: 20 },
  });
  return { ffmpeg, engine: await createFfmpegEngine({ ffmpeg, runner, devices }) };
}

describeEncodeEngine('ffmpeg', lab);
describeEncodeEngine('ffmpeg on a device that stands in for a GPU', lab, 'h264_standin');
