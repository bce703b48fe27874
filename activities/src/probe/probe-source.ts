import {
  CodedError,
  storeKeys,
  toNumber,
  type FrameTable,
  type SourceMeta,
  type VideoTrack,
} from '@framefold/domain';
import {
  constantFrameRate,
  decodeScanArgv,
  decodeScanner,
  describeArgv,
  frameDataArgv,
  interlaceLooks,
  interlaceScanArgv,
  interlaceScanner,
  isComplete,
  isInterlaceable,
  mayBeInterlacedUnmarked,
  packetsArgv,
  packetScanner,
  parseDescription,
  tellsDynamicHdr,
  toFrameTable,
  type Description,
  type FrameScan,
} from '@framefold/media';
import type { CommandResult, ProcessRunner } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { sourceFile, type SourceDeps } from '../source-file.ts';
import { heartbeating } from '../heartbeat.ts';

/** Reading headers takes a moment; a file that keeps ffprobe longer than this is not one. */
const DESCRIBE_TIMEOUT_SECONDS = 60;

/** Reading every packet of the largest source from a slow disk; a decode scan of a long one may take as much. */
const SCAN_TIMEOUT_SECONDS = 2 * 3600;

/** What reading a source may take: the largest pictures, decoded by as many threads as there are processors. */
const PROBE_LIMITS = { memoryBytes: 4 * 1024 ** 3 } as const;

/** What a source may be at most. */
export interface SourceLimits {
  readonly sourceBytes: number;
  readonly sourceSeconds: number;
  readonly sourcePixels: number;
  readonly sourceFrames: number;
}

export interface ProbeDeps extends SourceDeps {
  readonly runner: ProcessRunner;
  readonly ffprobe: string;
  readonly ffmpeg: string;
  readonly limits: SourceLimits;
}

/** Measures a source: tracks from its headers, frames from its packets. The frame table goes to the store. */
export function probeSource(deps: ProbeDeps): MediaActivities['probeSource'] {
  return ({ jobId, source, input }) =>
    heartbeating(undefined, async (signal) => {
      const found = await sourceFile(source, deps);
      return found.use(
        async (file) => {
          const description = await describe(deps, file, signal);
          const [frames, fieldOrder, hasDynamicHdr] = await Promise.all([
            scanFrames(deps, file, description, signal),
            measureFieldOrder(deps, file, description, signal),
            seesDynamicHdr(deps, file, description, signal),
          ]);
          if (frames !== undefined)
            await deps.store.put(storeKeys.frames(jobId, input), JSON.stringify(frames));
          const seen = { fieldOrder, hasDynamicHdr };
          return toSourceMeta(deps.limits, description, frames, seen, source.sizeBytes);
        },
        { signal },
      );
    });
}

async function describe(deps: ProbeDeps, file: string, signal: AbortSignal): Promise<Description> {
  const result = await deps.runner.run({
    program: deps.ffprobe,
    args: describeArgv(file),
    readable: [file],
    limits: PROBE_LIMITS,
    timeoutSeconds: DESCRIBE_TIMEOUT_SECONDS,
    signal,
  });
  assertNotBroken(result);
  if (result.exitCode !== 0) {
    throw new CodedError(
      'SOURCE_NOT_MEDIA',
      'The source is not a video file that can be read.',
      evidence(result),
    );
  }
  return parseDescription(result.stdout);
}

async function scanFrames(
  deps: ProbeDeps,
  file: string,
  { video, promisedFrames }: Description,
  signal: AbortSignal,
): Promise<FrameTable | undefined> {
  if (video === undefined) return undefined;
  if (video.codedWidth * video.codedHeight > deps.limits.sourcePixels) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The picture has ${video.codedWidth}x${video.codedHeight} pixels; the limit is ${deps.limits.sourcePixels} in all.`,
    );
  }
  const packets = await scan(
    deps,
    deps.ffprobe,
    packetsArgv(file, video.streamIndex),
    packetScanner(),
    file,
    signal,
  );
  const frames = isComplete(packets)
    ? packets
    : await scan(deps, deps.ffmpeg, decodeScanArgv(file, video.streamIndex), decodeScanner(), file, signal);
  return toFrameTable(frames, video.timeBase, promisedFrames);
}

/**
 * Looks at pictures from several places of the source: what containers and codecs say of fields is often wrong. What
 * goes wrong here is for the other scans to tell.
 *
 * @returns which lines come first where frames hold two moments, else undefined
 */
async function measureFieldOrder(
  { runner, ffmpeg }: ProbeDeps,
  file: string,
  { video, containerSeconds = 0 }: Description,
  signal: AbortSignal,
): Promise<VideoTrack['fieldOrder']> {
  if (video === undefined || !isInterlaceable(video.codec)) return undefined;
  const scanner = interlaceScanner();
  for (const atSeconds of interlaceLooks(containerSeconds)) {
    await runner.run({
      program: ffmpeg,
      args: interlaceScanArgv(file, video.streamIndex, atSeconds),
      readable: [file],
      limits: PROBE_LIMITS,
      timeoutSeconds: DESCRIBE_TIMEOUT_SECONDS,
      signal,
      onLine: scanner.push,
    });
  }
  return scanner.done(video.fieldOrder);
}

/** Whether the first frame of HDR comes with metadata of its scene. What goes wrong here is for the other scans to tell. */
async function seesDynamicHdr(
  { runner, ffmpeg }: ProbeDeps,
  file: string,
  { video }: Description,
  signal: AbortSignal,
): Promise<boolean> {
  if (video?.hdr !== 'pq') return false;
  const { stderr } = await runner.run({
    program: ffmpeg,
    args: frameDataArgv(file, video.streamIndex),
    readable: [file],
    limits: PROBE_LIMITS,
    timeoutSeconds: DESCRIBE_TIMEOUT_SECONDS,
    signal,
  });
  return tellsDynamicHdr(stderr);
}

async function scan(
  deps: ProbeDeps,
  program: string,
  args: readonly string[],
  scanner: { readonly push: (line: string) => void; readonly done: () => FrameScan },
  file: string,
  signal: AbortSignal,
): Promise<FrameScan> {
  const tooLong = new AbortController();
  const result = await deps.runner.run({
    program,
    args,
    readable: [file],
    limits: PROBE_LIMITS,
    timeoutSeconds: SCAN_TIMEOUT_SECONDS,
    signal: AbortSignal.any([signal, tooLong.signal]),
    onLine: (line) => {
      scanner.push(line);
      if (scanner.done().frames.length > deps.limits.sourceFrames) tooLong.abort();
    },
  });
  if (tooLong.signal.aborted) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The source has more than ${deps.limits.sourceFrames} frames.`,
    );
  }
  assertNotBroken(result);
  if (result.exitCode !== 0) {
    throw new CodedError('SOURCE_DAMAGED', 'The video track cannot be read to its end.', evidence(result));
  }
  return scanner.done();
}

function toSourceMeta(
  limits: SourceLimits,
  { meta, containerSeconds, video }: Description,
  frames: FrameTable | undefined,
  seen: Pick<VideoTrack, 'fieldOrder' | 'hasDynamicHdr'>,
  sizeBytes: number,
): SourceMeta {
  if (video === undefined || frames === undefined) {
    return { ...meta, sizeBytes, durationSeconds: containerSeconds ?? 0 };
  }
  const secondsPerPts = toNumber(frames.timeBase);
  const first = frames.pts[0] ?? 0;
  const durationSeconds = ((frames.pts.at(-1) ?? 0) + frames.lastDurationPts - first) * secondsPerPts;
  if (durationSeconds > limits.sourceSeconds) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The source lasts ${Math.round(durationSeconds)} s; the limit is ${limits.sourceSeconds} s.`,
    );
  }
  const frameRate = constantFrameRate(frames);
  const { fieldOrder: marked, ...picture } = video;
  const isBelieved = marked !== undefined || mayBeInterlacedUnmarked(video.codedHeight, frames);
  return {
    ...meta,
    sizeBytes,
    durationSeconds,
    video: {
      ...picture,
      ...(seen.fieldOrder === undefined || !isBelieved ? {} : { fieldOrder: seen.fieldOrder }),
      ...(seen.hasDynamicHdr === true ? { hasDynamicHdr: true } : {}),
      frameCount: frames.pts.length,
      startSeconds: first * secondsPerPts,
      durationSeconds,
      ...(frameRate === undefined ? {} : { frameRate }),
    },
  };
}

/**
 * A program that was ended by a signal says nothing about the source, unless it happens every time.
 *
 * @throws {CodedError} PROBE_CRASHED, or SOURCE_LIMIT_EXCEEDED when it took more memory than any sane source does
 */
function assertNotBroken(result: CommandResult): void {
  if (result.exceeded === 'memory') {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `Reading the source takes more than ${PROBE_LIMITS.memoryBytes / 1024 ** 2} MB of memory.`,
      evidence(result),
    );
  }
  if (result.exceeded === 'time') {
    throw new CodedError('PROBE_CRASHED', 'Reading the source took too long.', evidence(result));
  }
  if (result.exitSignal !== undefined && result.exceeded === undefined && !result.aborted) {
    throw new CodedError(
      'PROBE_CRASHED',
      `Reading the source ended with ${result.exitSignal}.`,
      evidence(result),
    );
  }
}

function evidence(result: CommandResult): Record<string, unknown> {
  return { stderr: result.stderr.slice(-2048), exitCode: result.exitCode, signal: result.exitSignal };
}
