import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '@framefold/config';
import {
  makePlan,
  TranscodeRequest,
  type Calibration,
  type FrameTable,
  type SourceMeta,
} from '@framefold/domain';
import type { ResourceUsage } from '@framefold/platform';
import type { Logger } from '@framefold/telemetry';
import { assemble, type Assembly } from './assemble.ts';

const SECONDS = 2;
const RATE = 24;
const TIME_BASE_DEN = 12_288;

/** Moving pictures with grain: flat ones cost an encoder much less than what people film. */
const PICTURE = `testsrc2=size=1920x1080:rate=${RATE}:duration=${SECONDS},noise=alls=8:allf=t,format=yuv420p`;

/**
 * Measures how many chunks of Full HD this machine should encode at once: the default ladder on one, on as many as there
 * are cores, and steps between and beyond, through the sandbox and the limits that jobs meet.
 *
 * @param report takes a line about each round, for people
 */
export async function calibrate(
  config: Config,
  logger: Logger,
  report: (line: string) => void,
): Promise<Calibration> {
  const assembly = await assemble({ config, roles: ['encode-cpu'], workerId: 'calibration', logger });
  try {
    const source = await makeSource(assembly);
    const cores = availableParallelism();
    const counts = [...new Set([1, Math.ceil(cores / 2), cores, cores * 2])].sort((a, b) => a - b);
    const rounds: Calibration['rounds'] = [];
    for (const encodes of counts) {
      const startedAt = performance.now();
      const usages = await Promise.all(
        Array.from({ length: encodes }, (_, index) => encodeOnce(assembly, source, index)),
      );
      const wallSeconds = (performance.now() - startedAt) / 1000;
      report(`${encodes} at once: ${((encodes * SECONDS) / wallSeconds).toFixed(2)} s of video per second`);
      rounds.push({
        encodes,
        wallSeconds,
        cpuSeconds: usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0) / encodes,
        peakMemoryBytes: Math.max(...usages.map((usage) => usage.peakMemoryBytes)),
      });
    }
    return {
      mediaSeconds: SECONDS,
      encoderBuild: assembly.engine.build,
      machine: { cores, memoryBytes: totalmem() },
      rounds,
    };
  } finally {
    await assembly.scratch.close();
  }
}

async function makeSource({ runner, ffmpeg, scratch }: Assembly): Promise<string> {
  const file = join(scratch.folder, 'calibration.mp4');
  const { exitCode, stderr } = await runner.run({
    program: ffmpeg,
    args: [
      ...['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', PICTURE],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-g', String(SECONDS * RATE)],
      ...['-video_track_timescale', String(TIME_BASE_DEN), file],
    ],
    readable: [],
    writable: scratch.folder,
  });
  if (exitCode !== 0) throw new Error(`The calibration has no source: ${stderr}`);
  return file;
}

async function encodeOnce(
  { engine, scratch }: Assembly,
  sourceFile: string,
  index: number,
): Promise<ResourceUsage> {
  const { plan } = makePlan(
    'calibration',
    { ...TranscodeRequest.parse({ sourceUrl: 'file:///calibration' }), segmentSeconds: SECONDS },
    [{ meta: SOURCE, frames: FRAMES }],
  );
  const [chunk] = plan.chunks;
  if (chunk === undefined) throw new Error('The calibration has no chunk.');
  const place = await scratch.reserve(`calibration-${index}`, 0);
  let usage: ResourceUsage = { cpuSeconds: 0, peakMemoryBytes: 0, peakDiskBytes: 0 };
  try {
    await engine.encodeChunk(
      { sourceFiles: [sourceFile], plan, scratchFolder: place.folder, onUsage: (used) => (usage = used) },
      chunk,
    );
    return usage;
  } finally {
    await place.release();
    await rm(place.folder, { recursive: true, force: true });
  }
}

/** What a probe would say of the source. */
const FRAMES: FrameTable = {
  timeBase: { num: 1, den: TIME_BASE_DEN },
  pts: Array.from({ length: SECONDS * RATE }, (_, frame) => (frame * TIME_BASE_DEN) / RATE),
  keyframes: [0],
  lastDurationPts: TIME_BASE_DEN / RATE,
};

const SOURCE: SourceMeta = {
  container: 'mov,mp4',
  sizeBytes: 1,
  durationSeconds: SECONDS,
  startSeconds: 0,
  audio: [],
  otherVideoTracks: 0,
  subtitles: [],
  undecodableAudioTracks: 0,
  video: {
    streamIndex: 0,
    codec: 'h264',
    codedWidth: 1920,
    codedHeight: 1080,
    sampleAspectRatio: { num: 1, den: 1 },
    rotationDegrees: 0,
    displayWidth: 1920,
    displayHeight: 1080,
    pixelFormat: 'yuv420p',
    hdr: 'none',
    interlaced: false,
    timeBase: FRAMES.timeBase,
    frameRate: { num: RATE, den: 1 },
    frameCount: SECONDS * RATE,
    startSeconds: 0,
    durationSeconds: SECONDS,
  },
};
