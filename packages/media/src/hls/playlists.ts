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
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly audioGroup?: string;
}

export interface PlaylistAudio {
  readonly group: string;
  readonly uri: string;
  readonly name: string;
  readonly language?: string;
  readonly isDefault: boolean;
  readonly channels: number;
}

/** HLS protocol version that EXT-X-MAP outside of I-frame playlists asks for (RFC 8216, 7). */
const VERSION = 6;

/** A finished media playlist over CMAF segments (RFC 8216, 4.3.3). URIs are relative to the playlist. */
export function mediaPlaylist(initUri: string, segments: readonly PlaylistSegment[]): string {
  const longest = Math.max(...segments.map((segment) => segment.durationSeconds));
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    // No EXTINF may exceed it when rounded (4.3.3.1); strict readers compare without rounding, so round up.
    `#EXT-X-TARGETDURATION:${Math.ceil(longest)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${initUri}"`,
    ...segments.flatMap((segment) => [`#EXTINF:${segment.durationSeconds.toFixed(6)},`, segment.uri]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}

/** The master playlist (RFC 8216, 4.3.4), best variant first. */
export function masterPlaylist(
  variants: readonly PlaylistVariant[],
  audio: readonly PlaylistAudio[],
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
    ...variants.flatMap((variant) => [
      attributes('#EXT-X-STREAM-INF', [
        ['BANDWIDTH', String(variant.peakBitsPerSecond)],
        ['AVERAGE-BANDWIDTH', String(variant.averageBitsPerSecond)],
        ['CODECS', quoted(variant.codecs.join(','))],
        ['RESOLUTION', `${variant.width}x${variant.height}`],
        ['FRAME-RATE', variant.frameRate.toFixed(3)],
        ...(variant.audioGroup === undefined ? [] : [['AUDIO', quoted(variant.audioGroup)] as const]),
      ]),
      variant.uri,
    ]),
    '',
  ].join('\n');
}

function attributes(tag: string, pairs: readonly (readonly [string, string])[]): string {
  return `${tag}:${pairs.map(([name, value]) => `${name}=${value}`).join(',')}`;
}

/** A quoted string holds neither quotes nor line breaks (RFC 8216, 4.2); titles of tracks may. */
function quoted(text: string): string {
  return `"${text.replace(/["\r\n]+/g, ' ').trim()}"`;
}
