import type { MeasuredRendition, SubtitleRecord } from '@framefold/domain';
import type { TrackInfo } from '@framefold/media';
import type { CheckedRendition } from './check-rendition.ts';

/** Sums up what a checked rendition is, from its bytes. */
export function measureRendition(
  name: string,
  track: TrackInfo,
  checked: CheckedRendition,
): MeasuredRendition {
  const { segments, timescale, samples, durationTicks, startTicks, init } = checked;
  const durationSeconds = durationTicks / timescale;
  const mediaBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const peak = segments.reduce(
    (most, segment) => Math.max(most, (segment.sizeBytes * 8 * timescale) / segment.durationTicks),
    0,
  );
  return {
    name,
    kind: track.kind,
    playlist: `${name}/playlist.m3u8`,
    codecs: track.codecs,
    segments: segments.length,
    samples,
    durationSeconds,
    sizeBytes: mediaBytes + init.sizeBytes,
    peakBitsPerSecond: Math.ceil(peak),
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
    playlist: `${rendition}/playlist.m3u8`,
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
