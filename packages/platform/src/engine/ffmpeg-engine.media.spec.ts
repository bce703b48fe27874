import { loadConfig } from '@framefold/config';
import { createProcessRunner } from '../process/create-process-runner.ts';
import { describeEncodeEngine } from './engine-contract.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

describeEncodeEngine('ffmpeg', async () => {
  const { ffmpeg, bwrap } = loadConfig().tools;
  if (ffmpeg === undefined) throw new Error('FRAMEFOLD_FFMPEG is not set; run the tests by npm test.');
  const runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
  return { ffmpeg, engine: await createFfmpegEngine({ ffmpeg, runner }) };
});
