import {
  describeFailure,
  LADDERS,
  TranscodeRequest,
  type JobEvent,
  type JobEventData,
  type JobEventType,
  type MeasuredRendition,
  type UnitResult,
  type VideoRendition,
} from '@framefold/domain';

/** A minute of 1080p at four rungs, in segments of 6 s. */
const SEGMENTS = 10;
const SEGMENT_FRAMES = 144;
const DURATION_SECONDS = 60;

const renditions: VideoRendition[] = LADDERS['hls-default'].map(
  ({ name, shortSide, codec, maxrateKbps, preset }) => ({
    ...{ name, codec, preset, maxrateKbps },
    width: Math.round((shortSide * 16) / 9),
    height: shortSide,
    encoder: 'libx264',
    crf: 22,
    bufsizeKbps: 2 * maxrateKbps,
  }),
);

const measured = ({ name, width, height, maxrateKbps }: VideoRendition): MeasuredRendition => ({
  ...{ name, width, height, kind: 'video', playlist: `${name}/playlist.m3u8`, codecs: 'avc1.640028' },
  ...{ segments: SEGMENTS, samples: SEGMENTS * SEGMENT_FRAMES, durationSeconds: DURATION_SECONDS },
  sizeBytes: maxrateKbps * 5_000,
  peakBitsPerSecond: maxrateKbps * 1_000,
  averageBitsPerSecond: maxrateKbps * 700,
  frameRate: 24,
  startSeconds: 0,
});

const unit = (name: string): UnitResult => ({
  ...{ unit: name, temporalAttempt: 1, workerId: '4711@worker-7', frames: SEGMENT_FRAMES },
  ...{ encodeSeconds: 4.2, mediaSeconds: 6, sizeBytes: 3_500_000 },
});

const event = <K extends JobEventType>(type: K, data: JobEventData<K>): JobEvent =>
  ({ type, at: 0, data }) as JobEvent;

/** All that happens to a job of a minute, in order, from its probing on. */
const WAY: readonly JobEvent[] = [
  event('ProbingStarted', {}),
  event('SplittingStarted', {}),
  event('PlanFrozen', {
    ...{ planVersion: 3, planKey: 'jobs/j/work/plans/software.json', renditions, subtitles: [] },
    audio: [
      {
        ...{ name: 'audio-eng', language: 'eng', label: 'eng', isDefault: true, codec: 'aac' },
        ...{ channels: 2, sampleRateHz: 48_000, bitrateKbps: 128 },
      },
    ],
    segments: SEGMENTS,
    chunks: Array.from({ length: SEGMENTS }, () => ({ frames: SEGMENT_FRAMES, segments: 1 })),
    frames: SEGMENTS * SEGMENT_FRAMES,
    durationSeconds: DURATION_SECONDS,
  }),
  event('TranscodingStarted', {}),
  ...Array.from({ length: SEGMENTS }, (_, chunkIndex) =>
    event('ChunkEncoded', { chunkIndex, result: unit(`chunk-0000${chunkIndex}`) }),
  ),
  event('AudioEncoded', { rendition: 'audio-eng', result: unit('audio-eng') }),
  event('MergingStarted', {}),
  ...renditions.map((rendition) => event('RenditionMerged', { rendition: measured(rendition) })),
  event('JobCompleted', {
    output: {
      ...{ folderKey: 'jobs/j/output/', master: 'master.m3u8', files: 57, sizeBytes: 40_000_000 },
      durationSeconds: DURATION_SECONDS,
    },
  }),
];

/** The first event of a job. */
export function submitted(batchId: string, fields: Pick<TranscodeRequest, 'userId' | 'labels'>): JobEvent {
  const request = TranscodeRequest.parse({
    sourceUrl: 'https://media.example/films/a%20walk.mp4',
    ...fields,
  });
  return event('JobSubmitted', { request, batchId });
}

/** What happens to a job until an event of a type, that included. */
export function until(type: JobEventType): readonly JobEvent[] {
  return WAY.slice(0, WAY.findIndex((one) => one.type === type) + 1);
}

/** How jobs end that do not complete. */
export const FAILED = event('JobFailed', {
  failure: describeFailure('ENCODER_CRASHED', 'ffmpeg ended with signal SIGSEGV on chunk 3.', 'splitting'),
});
export const CANCELLED = event('JobCancelled', { reason: 'Cancelled on request.' });
