import type { MeasuredRendition, SubtitleRecord } from '@framefold/domain';
import { peakBitRate, type TrackInfo } from '@framefold/media';
import type { CheckedRendition } from './check-rendition.ts';

/** Path of a rendition's playlist in the output tree. */
export function playlistOf(rendition: string): string {
  return `${rendition}/playlist.m3u8`;
}

/**
 * Sums up what a checked rendition is, from its bytes.
 *
 * @param targetSeconds target duration of its playlist
 */
export function measureRendition(
  name: string,
  track: TrackInfo,
  checked: CheckedRendition,
  targetSeconds: number,
): MeasuredRendition {
  const { segments, timescale, samples, durationTicks, startTicks, init } = checked;
  const durationSeconds = durationTicks / timescale;
  const mediaBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const weighed = segments.map(({ sizeBytes, durationTicks: ticks }) => ({
    sizeBytes,
    seconds: ticks / timescale,
  }));
  return {
    name,
    kind: track.kind,
    playlist: playlistOf(name),
    codecs: track.codecs,
    segments: segments.length,
    samples,
    durationSeconds,
    sizeBytes: mediaBytes + init.sizeBytes,
    peakBitsPerSecond: peakBitRate(weighed, targetSeconds),
    averageBitsPerSecond: Math.ceil((mediaBytes * 8) / durationSeconds),
    ...(track.width === undefined ? {} : { width: track.width }),
    ...(track.height === undefined ? {} : { height: track.height }),
    ...(track.kind === 'video' ? { frameRate: Math.round((samples / durationSeconds) * 1000) / 1000 } : {}),
    startSeconds: startTicks / timescale,
  };
}

/** Sums up what a rendition of text is. */
export function measureSubtitles({
  rendition,
  cues,
  sizeBytes,
  durationSeconds,
}: SubtitleRecord): MeasuredRendition {
  const bitsPerSecond = Math.ceil((sizeBytes * 8) / durationSeconds);
  return {
    name: rendition,
    kind: 'subtitles',
    playlist: playlistOf(rendition),
    codecs: 'wvtt',
    segments: 1,
    samples: cues,
    durationSeconds,
    sizeBytes,
    peakBitsPerSecond: bitsPerSecond,
    averageBitsPerSecond: bitsPerSecond,
    startSeconds: 0,
  };
}
