import type { MeasuredRendition, Plan, SubtitleRecord } from '@framefold/domain';
import { masterPlaylist, mediaPlaylist, targetDuration } from '@framefold/media';
import type { JoinedRendition } from './join-rendition.ts';
import { playlistOf, segmentSeconds } from './measure-rendition.ts';

const AUDIO_GROUP = 'audio';
const SUBTITLES_GROUP = 'subtitles';

/** VIDEO-RANGE of a rendition (RFC 8216bis, 4.4.6.2). */
const VIDEO_RANGES = { sdr: 'SDR', pq: 'PQ', hlg: 'HLG' } as const;

/** The playlist of a rendition of picture or sound. */
export function renditionPlaylist(joined: JoinedRendition, targetSeconds: number): string {
  const inFolder = (path: string): string => path.slice(joined.name.length + 1);
  const seconds = segmentSeconds(joined);
  return mediaPlaylist(
    inFolder(joined.init.path),
    joined.segments.map(({ path }, index) => ({
      uri: inFolder(path),
      durationSeconds: seconds[index] ?? 0,
    })),
    targetSeconds,
  );
}

/** One segment as long as the presentation: text is small, and players fetch it at once. */
export function subtitlesPlaylist({ rendition, path, durationSeconds }: SubtitleRecord): string {
  const segments = [{ uri: path.slice(rendition.length + 1), durationSeconds }];
  return mediaPlaylist(undefined, segments, targetDuration([durationSeconds]));
}

/** The master playlist of what is there. */
export function describeMaster(plan: Plan, renditions: readonly MeasuredRendition[]): string {
  const audio = renditions.filter((rendition) => rendition.kind === 'audio');
  const most = (pick: (rendition: MeasuredRendition) => number): number => Math.max(0, ...audio.map(pick));
  const soundCodecs = [...new Set(audio.map((track) => track.codecs))];
  const texts = plan.subtitles.filter(({ name }) => renditions.some((rendition) => rendition.name === name));
  const defaultText = texts.find(({ isDefault }) => isDefault);
  const groups = {
    ...(audio.length === 0 ? {} : { audioGroup: AUDIO_GROUP }),
    ...(texts.length === 0 ? {} : { subtitlesGroup: SUBTITLES_GROUP }),
  };
  const pictures = plan.renditions.flatMap(({ name, dynamicRange }) => {
    const video = renditions.find((rendition) => rendition.name === name);
    if (video === undefined) return [];
    return {
      uri: video.playlist,
      codecs: [video.codecs, ...soundCodecs],
      peakBitsPerSecond: video.peakBitsPerSecond + most((track) => track.peakBitsPerSecond),
      averageBitsPerSecond: video.averageBitsPerSecond + most((track) => track.averageBitsPerSecond),
      picture: {
        width: video.width ?? 0,
        height: video.height ?? 0,
        frameRate: video.frameRate ?? 0,
        range: VIDEO_RANGES[dynamicRange ?? 'sdr'],
      },
      ...groups,
    };
  });
  const soundAlone = audio.slice(0, 1).map((track) => ({
    uri: track.playlist,
    codecs: soundCodecs,
    peakBitsPerSecond: most(({ peakBitsPerSecond }) => peakBitsPerSecond),
    averageBitsPerSecond: most(({ averageBitsPerSecond }) => averageBitsPerSecond),
    ...groups,
  }));
  return masterPlaylist(
    pictures.length > 0 ? pictures : soundAlone,
    plan.audio.map((track) => ({
      group: AUDIO_GROUP,
      uri: playlistOf(track.name),
      name: track.label,
      ...(track.language === undefined ? {} : { language: track.language }),
      isDefault: track.isDefault,
      channels: track.channels,
    })),
    texts.map((track) => ({
      group: SUBTITLES_GROUP,
      uri: playlistOf(track.name),
      name: track.label,
      ...(track.language === undefined ? {} : { language: track.language }),
      // Sources may have several; a group has one at most (RFC 8216, 4.3.4.1.1).
      isDefault: track === defaultText,
      isForced: track.isForced,
    })),
  );
}
