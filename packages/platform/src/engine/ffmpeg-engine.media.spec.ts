import { loadConfig } from '@framefold/config';
import type { VideoRendition } from '@framefold/domain';
import { DevicePool } from '../gpu/device-pool.ts';
import { standInInventory } from '../gpu/gpu-device.ts';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { EncodeEngine } from './encode-engine.ts';
import { describeEncodeEngine } from './engine-contract.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

/** Every rendition of the contract's plan at an average rate. */
const AVERAGE = { crf: undefined, averageKbps: 200 } as unknown as Partial<VideoRendition>;

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
describeEncodeEngine('ffmpeg on a device that stands in for a GPU', lab, { encoder: 'h264_standin' });
describeEncodeEngine('ffmpeg in HEVC', lab, { codec: 'hevc', encoder: 'libx265', preset: 'ultrafast' });
describeEncodeEngine('ffmpeg in VP9', lab, { codec: 'vp9', encoder: 'libvpx-vp9', preset: 'fast', crf: 40 });
describeEncodeEngine('ffmpeg in AV1', lab, { codec: 'av1', encoder: 'libsvtav1', preset: 'fast', crf: 40 });
describeEncodeEngine('ffmpeg at an average rate in one pass', lab, AVERAGE);
describeEncodeEngine('ffmpeg in two passes', lab, { ...AVERAGE, passes: 2 });
describeEncodeEngine('ffmpeg in HEVC in two passes', lab, {
  ...AVERAGE,
  ...{ passes: 2, codec: 'hevc', encoder: 'libx265', preset: 'ultrafast' },
});
