import type { VideoRange } from '../isobmff/codec-string.ts';

/** A media segment as a playlist names it. */
export interface PlaylistSegment {
  readonly uri: string;
  readonly durationSeconds: number;
}

/** A rendition as the master playlist names it, with figures measured on its segments. */
export interface PlaylistVariant {
  readonly uri: string;
  readonly codecs: readonly string[];
  /** Peak and mean over segments in bit/s, sound included. */
  readonly peakBitsPerSecond: number;
  readonly averageBitsPerSecond: number;
  /** Absent for a variant of sound alone. */
  readonly picture?: {
    readonly width: number;
    readonly height: number;
    readonly frameRate: number;
    readonly range: VideoRange;
  };
  readonly audioGroup?: string;
  readonly subtitlesGroup?: string;
}

export interface PlaylistAudio {
  readonly group: string;
  readonly uri: string;
  readonly name: string;
  readonly language?: string;
  readonly isDefault: boolean;
  readonly channels: number;
}

/** A rendition of text. */
export interface PlaylistSubtitles {
  readonly group: string;
  readonly uri: string;
  readonly name: string;
  readonly language?: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
}

/** HLS protocol version that EXT-X-MAP outside of I-frame playlists asks for (RFC 8216, 7). */
const VERSION = 6;

/**
 * The target duration of segments. No EXTINF may exceed it when rounded (4.3.3.1); strict readers compare without
 * rounding, so it is rounded up. All renditions of picture and sound have the same one (6.2.4).
 */
export function targetDuration(segmentSeconds: readonly number[]): number {
  return segmentSeconds.reduce((longest, seconds) => Math.max(longest, Math.ceil(seconds)), 1);
}

/**
 * A finished media playlist (RFC 8216, 4.3.3). URIs are relative to the playlist.
 *
 * @param initUri of CMAF segments; undefined for those of text
 */
export function mediaPlaylist(
  initUri: string | undefined,
  segments: readonly PlaylistSegment[],
  targetSeconds: number,
): string {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(initUri === undefined ? [] : [`#EXT-X-MAP:URI="${initUri}"`]),
    ...segments.flatMap((segment) => [`#EXTINF:${segment.durationSeconds.toFixed(6)},`, segment.uri]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}

/** The master playlist (RFC 8216, 4.3.4), best variant first. */
export function masterPlaylist(
  variants: readonly PlaylistVariant[],
  audio: readonly PlaylistAudio[],
  subtitles: readonly PlaylistSubtitles[] = [],
): string {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...audio.map((track) =>
      attributes('#EXT-X-MEDIA', [
        ['TYPE', 'AUDIO'],
        ['GROUP-ID', quoted(track.group)],
        ['NAME', quoted(track.name)],
        ...(track.language === undefined ? [] : [['LANGUAGE', quoted(track.language)] as const]),
        ['DEFAULT', track.isDefault ? 'YES' : 'NO'],
        ['AUTOSELECT', 'YES'],
        ['CHANNELS', quoted(String(track.channels))],
        ['URI', quoted(track.uri)],
      ]),
    ),
    ...subtitles.map((track) =>
      attributes('#EXT-X-MEDIA', [
        ['TYPE', 'SUBTITLES'],
        ['GROUP-ID', quoted(track.group)],
        ['NAME', quoted(track.name)],
        ...(track.language === undefined ? [] : [['LANGUAGE', quoted(track.language)] as const]),
        ['DEFAULT', track.isDefault ? 'YES' : 'NO'],
        ['AUTOSELECT', 'YES'],
        ['FORCED', track.isForced ? 'YES' : 'NO'],
        ['URI', quoted(track.uri)],
      ]),
    ),
    ...variants.flatMap((variant) => [
      attributes('#EXT-X-STREAM-INF', [
        ['BANDWIDTH', String(variant.peakBitsPerSecond)],
        ['AVERAGE-BANDWIDTH', String(variant.averageBitsPerSecond)],
        ['CODECS', quoted(variant.codecs.join(','))],
        ...pictureAttributes(variant.picture),
        ...(variant.audioGroup === undefined ? [] : [['AUDIO', quoted(variant.audioGroup)] as const]),
        ...(variant.subtitlesGroup === undefined
          ? []
          : [['SUBTITLES', quoted(variant.subtitlesGroup)] as const]),
      ]),
      variant.uri,
    ]),
    '',
  ].join('\n');
}

function pictureAttributes(picture: PlaylistVariant['picture']): (readonly [string, string])[] {
  if (picture === undefined) return [];
  return [
    ['RESOLUTION', `${picture.width}x${picture.height}`],
    ['FRAME-RATE', picture.frameRate.toFixed(3)],
    ['VIDEO-RANGE', picture.range],
  ];
}

function attributes(tag: string, pairs: readonly (readonly [string, string])[]): string {
  return `${tag}:${pairs.map(([name, value]) => `${name}=${value}`).join(',')}`;
}

/** A quoted string holds neither quotes nor control characters (RFC 8216, 4.1 and 4.2); titles of tracks may. */
function quoted(text: string): string {
  return `"${text.replace(/["\p{Cc}]+/gu, ' ').trim()}"`;
}
