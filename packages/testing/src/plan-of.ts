import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makePlan, toNumber, TranscodeRequestBody, type Plan } from '@framefold/domain';
import {
  constantFrameRate,
  describeArgv,
  packetsArgv,
  packetScanner,
  parseDescription,
  toFrameTable,
} from '@framefold/media';
import { requireTool } from './tools.ts';

/**
 * The plan of a job for a local file, as probe and plan make it, without a service. Fields are taken to be as they are
 * marked: what a probe measures on pictures is left out.
 */
export async function planOf(
  file: string,
  request: Omit<TranscodeRequestBody, 'sourceUrl'> = {},
): Promise<Plan> {
  const run = async (args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(requireTool('ffprobe'), [...args], { maxBuffer: 1 << 28 })).stdout;
  const { meta, video, promisedFrames } = parseDescription(await run(describeArgv(file)));
  if (video === undefined) throw new Error(`${file} has no picture.`);
  const scanner = packetScanner();
  (await run(packetsArgv(file, video.streamIndex))).split('\n').forEach(scanner.push);
  const frames = toFrameTable(scanner.done(), video.timeBase, promisedFrames);
  const [first = 0] = frames.pts;
  const durationSeconds =
    ((frames.pts.at(-1) ?? 0) + frames.lastDurationPts - first) * toNumber(frames.timeBase);
  const frameRate = constantFrameRate(frames);
  const source = {
    ...meta,
    sizeBytes: 0,
    durationSeconds,
    video: {
      ...video,
      ...(frameRate === undefined ? {} : { frameRate }),
      frameCount: frames.pts.length,
      startSeconds: first * toNumber(frames.timeBase),
      durationSeconds,
    },
  };
  const asked = TranscodeRequestBody.parse({ sourceUrl: 'file:///source', ...request });
  return makePlan('planned', asked, source, frames).plan;
}
