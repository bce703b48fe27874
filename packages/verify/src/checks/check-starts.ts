import { fault, inSeconds, type Finding } from '../findings.ts';
import { TS_WRAP_SECONDS } from '../segments/transport-stream.ts';
import { readPart, type TreeReader } from '../tree-reader.ts';
import type { Stream } from '../manifest/presentation.ts';
import { EXACT_SECONDS, type TrackFigures } from './check-track.ts';

/**
 * Asks libavformat for the first presentation time of the first picture and the first sound of a file, in seconds.
 *
 * @param file an init with its first segment
 */
export type LibavformatStarts = (
  file: Buffer,
) => Promise<{ readonly video?: number | undefined; readonly audio?: number | undefined }>;

/** A track whose start two readers have told. */
export interface ReadStart {
  readonly libavformatSeconds: number;
  readonly findings: readonly Finding[];
}

/**
 * Has libavformat read the first segment of a stream, and compares.
 *
 * @returns by the track's name; without those that either reader finds nothing in
 */
export async function checkStarts(
  reader: TreeReader,
  startsOf: LibavformatStarts,
  stream: Stream,
  tracks: readonly TrackFigures[],
): Promise<ReadonlyMap<string, ReadStart>> {
  const [first] = stream.segments;
  const starts = new Map<string, ReadStart>();
  if (first === undefined || tracks.every(({ kind }) => kind === 'text')) return starts;
  const parts = [...(first.init === undefined ? [] : [first.init]), first.file];
  const bytes = await Promise.all(parts.map((part) => readPart(reader, part)));
  if (bytes.some((part) => part === undefined)) return starts;
  const read = await startsOf(Buffer.concat(bytes.filter((part) => part !== undefined)));
  for (const { name, kind, startSeconds, hiddenSeconds } of tracks) {
    const libavformatSeconds = kind === 'text' ? undefined : read[kind];
    if (startSeconds === undefined || libavformatSeconds === undefined) continue;
    const message = `It starts at ${inSeconds(startSeconds)} by its boxes, at ${inSeconds(libavformatSeconds)} for libavformat.`;
    // It tells the first packet's time, also where the edit list hides a part of that packet.
    const isApart = [startSeconds, startSeconds - hiddenSeconds].every(
      (seconds) => !isSameTime(libavformatSeconds, seconds),
    );
    starts.set(name, {
      libavformatSeconds,
      findings: isApart ? [fault('START_READERS_DISAGREE', name, message)] : [],
    });
  }
  return starts;
}

/** libavformat takes the time shortly before a transport stream's clock wraps for negative. */
function isSameTime(one: number, other: number): boolean {
  const apart = Math.abs(one - other);
  return Math.min(apart, Math.abs(apart - TS_WRAP_SECONDS)) <= EXACT_SECONDS;
}
