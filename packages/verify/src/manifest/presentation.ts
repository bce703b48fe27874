import type { Finding } from '../findings.ts';
import type { FilePart } from '../tree-reader.ts';

/** A segment as a manifest names it. */
export interface SegmentRef {
  readonly file: FilePart;
  readonly init?: FilePart;
  readonly durationSeconds?: number;
  /** On the clock of the segment's boxes; MPDs say it, playlists do not. */
  readonly startSeconds?: number;
  /** How far duration and start may be off, where the manifest gives them in round numbers. */
  readonly toleranceSeconds?: number;
  /** Times and init need not go on from the segment before. */
  readonly isDiscontinuous: boolean;
  /** Players are told not to load it (EXT-X-GAP). */
  readonly isAbsent?: true;
}

/** A media playlist or a Representation. */
export interface Stream {
  /** Unique in its presentation. */
  readonly name: string;
  /** Streams of the same period are alternatives to each other. */
  readonly period: string;
  readonly segments: readonly SegmentRef[];
  /** Whether every segment is said to begin with a keyframe. */
  readonly isIndependent: boolean;
  /** Whether segments come and go: alternatives need not show the same ones at one moment. */
  readonly isLive: boolean;
  /** EXT-X-TARGETDURATION in seconds. */
  readonly targetSeconds?: number;
}

/** What a manifest says of a combination that players choose: EXT-X-STREAM-INF or Representation. */
export interface Variant {
  readonly name: string;
  /** Name of the stream that is always played. */
  readonly stream: string;
  /** Names of the streams of which one is played beside it. */
  readonly audio: readonly string[];
  readonly codecs?: readonly string[];
  readonly width?: number;
  readonly height?: number;
  /** VIDEO-RANGE and FRAME-RATE, or what an MPD says. */
  readonly videoRange?: string;
  readonly frameRate?: number;
  /** What the bandwidth is: the peak of segments (RFC 8216), or what a buffer can be filled at (ISO/IEC 23009-1). */
  readonly bandwidthRule: 'peak' | 'buffered';
  readonly bitsPerSecond?: number;
  readonly averageBitsPerSecond?: number;
}

/** A manifest, whatever its format. */
export interface Presentation {
  readonly streams: readonly Stream[];
  readonly variants: readonly Variant[];
  /** MPD@mediaPresentationDuration, where all that it counts is among the streams; playlists do not say it. */
  readonly durationSeconds?: number;
  readonly findings: readonly Finding[];
}

/** A manifest that does not say what its standard demands. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * An absolute URI.
 *
 * @throws {ManifestError} when it is none
 */
export function resolveUri(uri: string, base: string): string {
  try {
    return new URL(uri, base).href;
  } catch {
    throw new ManifestError(`'${uri}' is not a URI.`);
  }
}
