import {
  PLAN_VERSION,
  TranscodeRequest,
  type HardwareEncoder,
  type MeasuredRendition,
  type SourceMeta,
  type UnitResult,
} from '@framefold/domain';
import { audioRendition, videoRendition } from '@framefold/domain/testing';
import type { MergeResult, PlanRef, SourceRef } from '../src/contract/index.ts';

/** Frames of every chunk of the fixture. */
export const CHUNK_FRAMES = 144;

/** A request as a client would send it. */
export const request = (fields: Partial<TranscodeRequest> = {}): TranscodeRequest => ({
  ...TranscodeRequest.parse({ sourceUrl: 'https://example.com/clip.mp4', userId: 'ada' }),
  ...fields,
});

export const source: SourceRef = { uri: 'store:jobs/x/source/source.mp4', sizeBytes: 1000, inPlace: false };

export const sourceMeta: SourceMeta = {
  container: 'mov,mp4',
  sizeBytes: 1000,
  durationSeconds: 12,
  startSeconds: 0,
  audio: [],
  otherVideoTracks: 0,
  subtitles: [{ streamIndex: 2, codec: 'dvd_subtitle', kind: 'image', isDefault: false, isForced: false }],
  undecodableAudioTracks: 0,
};

const small = videoRendition();
const large = videoRendition({ name: '720p', width: 1280, height: 720 });

/** @param hardware an encoder by which the plan has two renditions; without it one, in software */
export const planRef = (chunks: number, hardware?: HardwareEncoder): PlanRef => ({
  planKey: 'jobs/x/work/plan.json',
  frozen: {
    planVersion: PLAN_VERSION,
    planKey: 'jobs/x/work/plan.json',
    renditions:
      hardware === undefined
        ? [small]
        : [
            { ...large, encoder: hardware },
            { ...small, encoder: hardware },
          ],
    audio: [audioRendition({ name: 'audio-0', label: 'English' })],
    subtitles: [],
    segments: chunks,
    chunks: Array.from({ length: chunks }, () => ({ frames: CHUNK_FRAMES, segments: 1 })),
    frames: chunks * CHUNK_FRAMES,
    durationSeconds: chunks * 6,
  },
  warnings: [{ code: 'SUBTITLES_SKIPPED', message: 'One subtitle track is not carried on.' }],
});

export const unitResult = (unit: string, frames: number, temporalAttempt: number): UnitResult => ({
  unit,
  temporalAttempt,
  workerId: 'worker-1',
  frames,
  encodeSeconds: 1,
  mediaSeconds: 6,
  sizeBytes: 5000,
});

const measured: MeasuredRendition = {
  name: '360p',
  kind: 'video',
  playlist: '360p/index.m3u8',
  codecs: 'avc1.64001e',
  segments: 2,
  samples: 288,
  durationSeconds: 12,
  sizeBytes: 10_000,
  peakBitsPerSecond: 8000,
  averageBitsPerSecond: 6000,
  startSeconds: 0,
};

export const mergeResult: MergeResult = {
  renditions: [measured, { ...measured, name: 'audio-0', kind: 'audio', playlist: 'audio-0/index.m3u8' }],
  output: {
    folderKey: 'jobs/x/output/',
    master: 'master.m3u8',
    files: 9,
    sizeBytes: 20_000,
    durationSeconds: 12,
  },
};
