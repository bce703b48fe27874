import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makePlan, toNumber, TranscodeRequestBody, type Plan, type ProbedSource } from '@framefold/domain';
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
 * The plan of a job for local files, as probe and plan make it, without a service. Fields are taken to be as they are
 * marked: what a probe measures on pictures is left out.
 *
 * @param files the source, and what is appended to it
 */
export async function planOf(
  files: string | readonly string[],
  request: Omit<TranscodeRequestBody, 'sourceUrl'> = {},
): Promise<Plan> {
  const sources = await Promise.all([files].flat().map(probeOf));
  const asked = TranscodeRequestBody.parse({ sourceUrl: 'file:///source', ...request });
  return makePlan('planned', asked, sources).plan;
}

async function probeOf(file: string): Promise<ProbedSource> {
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
  return {
    frames,
    meta: {
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
    },
  };
}
