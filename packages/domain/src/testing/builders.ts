import type { AudioRendition, PictureTreatment, PlannedInput } from '../plan.ts';
import type { VideoRendition } from '../ladder.ts';
import type { FrameTable, SourceMeta, VideoTrack } from '../probe.ts';
import type { JobEvent, JobEventData, JobEventType, MeasuredRendition } from '../events.ts';
import type { AttemptRecord, UnitResult } from '../encode-record.ts';
import { TranscodeRequest } from '../request.ts';
import type { WorkerReport } from '../worker-report.ts';

const BT709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709' };

/** What a plan does with a picture in HD and SDR: nothing. */
export const SDR: PictureTreatment = { colour: { conversion: 'keep', input: BT709, output: BT709 } };

/** A rung of 360p in H.264, but for what `fields` says. */
export const videoRendition = (fields: Partial<VideoRendition> = {}): VideoRendition => ({
  name: '360p',
  width: 640,
  height: 360,
  codec: 'h264',
  encoder: 'libx264',
  preset: 'fast',
  crf: 22,
  maxrateKbps: 800,
  bufsizeKbps: 1600,
  ...fields,
});

/** Stereo in AAC, but for what `fields` says. */
export const audioRendition = (fields: Partial<AudioRendition> = {}): AudioRendition => ({
  name: 'audio-eng',
  label: 'eng',
  isDefault: true,
  codec: 'aac',
  channels: 2,
  sampleRateHz: 48_000,
  bitrateKbps: 128,
  ...fields,
});

/** A source without sound of 12 s at a clock of 1/12800 s, but for what `fields` says. */
export const plannedInput = (fields: Partial<PlannedInput> = {}): PlannedInput => ({
  streamIndex: 0,
  timeBase: { num: 1, den: 12_800 },
  firstPts: 0,
  originPts: 0,
  containerStartSeconds: 0,
  seekIsExact: true,
  startTicks: 0,
  durationTicks: 1_080_000,
  treatment: SDR,
  audio: {},
  subtitles: {},
  frameRateCaps: {},
  ...fields,
});

/** A request with all defaults, but for what `fields` says. */
export const request = (fields: Partial<TranscodeRequest> = {}): TranscodeRequest => ({
  ...TranscodeRequest.parse({ sourceUrl: 'https://media.example/films/a%20walk.mp4' }),
  ...fields,
});

/** A 720p track at 24 Hz, but for what `fields` says. */
export const videoTrack = (fields: Partial<VideoTrack> = {}): VideoTrack => ({
  streamIndex: 0,
  codec: 'h264',
  codedWidth: 1280,
  codedHeight: 720,
  sampleAspectRatio: { num: 1, den: 1 },
  rotationDegrees: 0,
  displayWidth: 1280,
  displayHeight: 720,
  pixelFormat: 'yuv420p',
  hdr: 'none',
  interlaced: false,
  timeBase: { num: 1, den: 12_288 },
  frameRate: { num: 24, den: 1 },
  frameCount: 720,
  startSeconds: 0,
  durationSeconds: 30,
  ...fields,
});

/** A stereo source of 30 s, but for what `fields` says. */
export const source = (fields: Partial<SourceMeta> = {}): SourceMeta => ({
  container: 'mov,mp4,m4a,3gp,3g2,mj2',
  sizeBytes: 1_000_000,
  durationSeconds: 30,
  startSeconds: 0,
  video: videoTrack(),
  audio: [
    {
      streamIndex: 1,
      codec: 'aac',
      channels: 2,
      sampleRateHz: 48_000,
      language: 'eng',
      isDefault: true,
      startSeconds: 0,
    },
  ],
  otherVideoTracks: 0,
  subtitles: [],
  undecodableAudioTracks: 0,
  ...fields,
});

/** A table of `count` evenly spaced frames with a keyframe every `keyframeEvery` frames. */
export const evenFrames = (
  count: number,
  spacingPts = 512,
  keyframeEvery = 48,
  den = 12_288,
): FrameTable => ({
  timeBase: { num: 1, den },
  pts: Array.from({ length: count }, (_, index) => index * spacingPts),
  keyframes: Array.from({ length: Math.ceil(count / keyframeEvery) }, (_, index) => index * keyframeEvery),
  lastDurationPts: spacingPts,
});

/** What a unit of work gave: 2 s of encoding for 6 s of media. */
export const unitResult = (unit: string, fields: Partial<UnitResult> = {}): UnitResult => ({
  unit,
  temporalAttempt: 1,
  workerId: 'worker-a',
  frames: 144,
  encodeSeconds: 2,
  mediaSeconds: 6,
  sizeBytes: 500_000,
  ...fields,
});

/** A merged rendition of 30 s. */
export const measuredRendition = (name: string): MeasuredRendition => ({
  name,
  kind: 'video',
  playlist: `${name}/playlist.m3u8`,
  codecs: 'avc1.64001f',
  segments: 5,
  samples: 720,
  durationSeconds: 30,
  sizeBytes: 2_500_000,
  peakBitsPerSecond: 900_000,
  averageBitsPerSecond: 666_666,
  width: 1280,
  height: 720,
  frameRate: 24,
  startSeconds: 0,
  quality: {
    vmaf: 94.123,
    vmafHarmonicMean: 93.9,
    vmafLowest: 81.5,
    psnrYDb: 41.25,
    psnrDb: 42.5,
    ssim: 0.98765,
  },
});

/** A frozen plan of two video renditions and one of audio, five chunks of 6 s each. */
export const frozenPlan = (chunks = 5): JobEventData<'PlanFrozen'> => ({
  planVersion: 1,
  planKey: 'jobs/j1/work/plan.json',
  renditions: [
    videoRendition({ name: '720p', width: 1280, height: 720 }),
    videoRendition({ name: '480p', width: 854, height: 480 }),
  ],
  audio: [audioRendition({ language: 'eng' })],
  subtitles: [],
  segments: chunks,
  chunks: Array.from({ length: chunks }, () => ({ frames: 144, segments: 1 })),
  frames: chunks * 144,
  durationSeconds: chunks * 6,
});

/** An event; `at` counts ms since the epoch. */
export const event = <K extends JobEventType>(type: K, at: number, data: JobEventData<K>): JobEvent =>
  ({ type, at, data }) as JobEvent;

/** One event of each type with an example of its payload; where a payload has optional fields, with all of them. */
export const EXAMPLES: { readonly [K in JobEventType]: JobEventData<K> } = {
  JobSubmitted: {
    tenantId: 'default',
    batchId: '01936b2e-0000-7000-8000-00000000000b',
    request: request({
      webhookUrl: 'https://hooks.example/done',
      confidence: 'auto',
      title: 'A walk',
      labels: ['films', 'night'],
      metadata: { orderId: '4711' },
      append: [{ sourceUrl: 'file:///films/end.mp4', startSeconds: 1, endSeconds: 2.5 }],
      resourceLimits: { maxCpuPercent: 200, maxMemoryMb: 2048, maxDiskMb: 1000, timeoutSec: 600 },
      ladder: [
        {
          name: '720p',
          shortSide: 720,
          maxrateKbps: 2800,
          crf: 0,
          preset: 'medium',
          codec: 'h264',
          passes: 1,
          dynamicRange: 'sdr',
        },
      ],
    }),
  },
  ProbingStarted: {},
  SourceIngested: {
    ...{ uri: 'store:jobs/j1/source/source.mp4', sizeBytes: 10_737_418_240, inPlace: false },
    appended: [{ uri: 'file:///films/end.mp4', sizeBytes: 1, inPlace: true }],
  },
  SourceProbed: {
    source: source({
      video: videoTrack({
        transfer: 'bt709',
        primaries: 'bt709',
        matrix: 'bt709',
        range: 'tv',
        bitrateKbps: 2100.5,
        startSeconds: -0.08,
      }),
      audio: [
        {
          streamIndex: 1,
          codec: 'aac',
          channels: 6,
          sampleRateHz: 48_000,
          language: 'eng',
          title: 'Commentary',
          isDefault: true,
          startSeconds: -0.021333,
          durationSeconds: 30.02,
        },
      ],
    }),
    appended: [source()],
  },
  SplittingStarted: {},
  PlanFrozen: frozenPlan(),
  SourceSplit: { mode: 'in-place' },
  TranscodingStarted: {},
  ChunkEncoded: { chunkIndex: 0, result: unitResult('chunk-00000') },
  RenditionRestarted: { rendition: '480p', generation: 1, encoder: 'libx264' },
  AudioEncoded: { rendition: 'audio-eng', result: unitResult('audio-eng') },
  MergingStarted: {},
  RenditionMerged: { rendition: measuredRendition('720p') },
  WarningRaised: { warning: { code: 'SUBTITLES_SKIPPED', message: '1 subtitle track(s) are left out.' } },
  JobPaused: {},
  JobResumed: {},
  PriorityChanged: { priority: 2 },
  JobCompleted: {
    output: {
      folderKey: 'jobs/j1/output/',
      master: 'master.m3u8',
      files: 17,
      sizeBytes: 5_000_000,
      durationSeconds: 30,
    },
  },
  JobFailed: {
    failure: {
      code: 'ENCODER_CRASHED',
      message: 'ffmpeg ended with signal SIGSEGV on chunk 3.',
      hint: 'Try another source file.',
      phase: 'transcoding',
      retryable: true,
    },
  },
  JobCancelled: { reason: 'asked by the client' },
};

/** {@link EXAMPLES} as an event of type `type`. */
export const example = (type: JobEventType, at = 0): JobEvent => event(type, at, EXAMPLES[type]);

/** The log of a job that completes: five chunks, one audio track, two renditions; one event a second. */
export function happyLog(): JobEvent[] {
  const steps: [JobEventType, JobEventData<JobEventType>][] = [
    ['JobSubmitted', EXAMPLES.JobSubmitted],
    ['ProbingStarted', {}],
    ['SourceIngested', EXAMPLES.SourceIngested],
    ['SourceProbed', EXAMPLES.SourceProbed],
    ['SplittingStarted', {}],
    ['PlanFrozen', EXAMPLES.PlanFrozen],
    ['SourceSplit', EXAMPLES.SourceSplit],
    ['WarningRaised', EXAMPLES.WarningRaised],
    ['TranscodingStarted', {}],
    ...[2, 0, 1, 4, 3].map((chunkIndex): [JobEventType, JobEventData<'ChunkEncoded'>] => [
      'ChunkEncoded',
      {
        chunkIndex,
        result: unitResult(`chunk-0000${chunkIndex}`, { temporalAttempt: chunkIndex === 1 ? 3 : 1 }),
      },
    ]),
    ['AudioEncoded', EXAMPLES.AudioEncoded],
    ['MergingStarted', {}],
    ['RenditionMerged', { rendition: measuredRendition('720p') }],
    ['RenditionMerged', { rendition: measuredRendition('480p') }],
    ['JobCompleted', EXAMPLES.JobCompleted],
  ];
  return steps.map(([type, data], second) => event(type, 1_000_000 + second * 1000, data));
}

/** An idle worker that serves no queue, but for what `fields` says. */
export const workerReport = (fields: Partial<WorkerReport> = {}): WorkerReport => ({
  id: 'worker-a',
  host: 'machine',
  pid: 100,
  roles: ['encode-cpu'],
  queues: [],
  slots: {},
  status: 'idle',
  statusReasons: [],
  currentTasks: [],
  tasksCompleted: 0,
  tasksFailed: 0,
  recentFailures: [],
  lastHeartbeat: 0,
  registeredAt: 0,
  cpuModel: 'a processor',
  cpuThreads: 2,
  ramTotalBytes: 8e9,
  gpus: [],
  encoders: ['libx264'],
  proved: [],
  ...fields,
});

/** The record of an attempt that has not ended. */
export const attempt = (fields: Partial<AttemptRecord> = {}): AttemptRecord => ({
  ...{ jobId: 'job', unit: 'chunk-00000', generation: 0, attemptId: 'g0-1-aaaa', temporalAttempt: 1 },
  ...{ workerId: 'worker', host: 'machine', encoderBuild: 'x264', argv: ['-i', 'source'], startedAt: 1 },
  ...fields,
});
