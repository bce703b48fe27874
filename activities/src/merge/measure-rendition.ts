import type { MeasuredRendition, SubtitleRecord } from '@framefold/domain';
import { peakBitRate, type TrackInfo } from '@framefold/media';
import type { JoinedRendition } from './join-rendition.ts';

/** Path of a rendition's playlist in the output tree. */
export function playlistOf(rendition: string): string {
  return `${rendition}/playlist.m3u8`;
}

/** How long each segment of a rendition plays, in seconds. */
export function segmentSeconds({ segments, timescale }: JoinedRendition): number[] {
  return segments.map(({ startTicks, endTicks }) => (endTicks - startTicks) / timescale);
}

/**
 * Sums up what a rendition is.
 *
 * @param track what its init says
 * @param targetSeconds target duration of its playlist
 */
export function measureRendition(
  joined: JoinedRendition,
  track: TrackInfo,
  targetSeconds: number,
): MeasuredRendition {
  const { name, segments, timescale, originTicks, init } = joined;
  const startTicks = segments[0]?.startTicks ?? originTicks;
  const durationSeconds = ((segments.at(-1)?.endTicks ?? startTicks) - startTicks) / timescale;
  const samples = segments.reduce((sum, segment) => sum + segment.samples, 0);
  const mediaBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const seconds = segmentSeconds(joined);
  const weighed = segments.map(({ sizeBytes }, index) => ({ sizeBytes, seconds: seconds[index] ?? 0 }));
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
    startSeconds: (startTicks - originTicks) / timescale,
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
