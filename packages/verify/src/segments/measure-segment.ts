import {
  MalformedMediaError,
  readBoxes,
  readSamples,
  segmentTimes,
  type SegmentTimes,
} from '@framefold/media';
import type { SegmentRef } from '../manifest/presentation.ts';
import { readPart, type TreeReader } from '../tree-reader.ts';
import { readInitTracks, withTrackAlone, type InitTrack } from './init-tracks.ts';
import { presentationTimes, type PresentationTimes } from './presentation-times.ts';
import { readBoxHeads, WINDOW_BYTES } from './read-box-heads.ts';
import { SegmentFault, sizeOfPart } from './segment-fault.ts';
import { formatOf } from './segment-format.ts';
import { readTransportStream, TS_TIMESCALE } from './transport-stream.ts';

/** What one segment gives to one track. */
export interface MeasuredSegment {
  /** Tells the tracks of a stream apart. */
  readonly key: string;
  readonly track: Omit<InitTrack, 'trackId'>;
  readonly times: SegmentTimes;
  /** Absent where there is no frame, or text. */
  readonly presentation?: PresentationTimes;
  readonly sizeBytes: number;
  /** How long the last frame is taken to last, where nothing says so. */
  readonly stepTicks?: number;
}

const NO_EDITS = { editTicks: 0, emptySeconds: 0 };

/** An init with its tracks. */
export interface ReadInit {
  readonly bytes: Buffer;
  readonly tracks: readonly InitTrack[];
}

/**
 * Measures a segment of any known format: one track, or picture and sound, the picture first.
 *
 * @param initOf gives the segment's init; undefined when it can't be had, which is told elsewhere
 * @param before what the segment before gave
 * @returns nothing for an unknown format, or without the init
 * @throws {SegmentFault | MalformedMediaError | RangeError} when it can't be measured
 */
export async function measureSegmentOf(
  reader: TreeReader,
  segment: SegmentRef,
  initOf: () => Promise<ReadInit | undefined>,
  before: readonly MeasuredSegment[],
): Promise<MeasuredSegment[] | 'unknown-format'> {
  const { file } = segment;
  const sizeBytes = await sizeOfPart(reader, file);
  if (sizeBytes === 0) throw new SegmentFault('SEGMENT_EMPTY', 'It has no bytes.');
  const from = file.range?.start ?? 0;
  const read = (start: number, end: number): Promise<Buffer | undefined> =>
    reader.read(file.uri, { start: from + start, end: from + end });
  const beginning = (await read(0, Math.min(WINDOW_BYTES, sizeBytes))) ?? Buffer.alloc(0);
  const whole = async (): Promise<Buffer> => {
    const bytes = await readPart(reader, file);
    if (bytes?.length !== sizeBytes) throw new MalformedMediaError('It could not be read whole.');
    return bytes;
  };
  const format = formatOf(beginning);
  switch (format) {
    case 'mp4': {
      const head = await readBoxHeads(beginning, ({ start, end }) => read(start, end), sizeBytes);
      const moov = readBoxes(head, 0, sizeBytes).find(({ type }) => type === 'moov');
      if (moov !== undefined) {
        const tracks = readInitTracks(head.subarray(0, moov.end));
        return measureBoxes({ bytes: Buffer.alloc(0), tracks }, head, sizeBytes);
      }
      if (segment.init === undefined) throw new SegmentFault('INIT_MISSING', 'No init is named for it.');
      const init = await initOf();
      return init === undefined ? [] : measureBoxes(init, head, sizeBytes);
    }
    case 'ts': {
      const last = before.map(({ track, times, stepTicks = 0 }) => ({
        kind: track.kind,
        decodeEnd: times.decodeEnd,
        stepTicks,
      }));
      const tracks = readTransportStream(await whole(), last);
      if (tracks.length === 0) return 'unknown-format';
      return tracks.map(({ times, presentation, stepTicks, ...track }) => ({
        key: track.kind,
        track: { ...track, ...NO_EDITS, timescale: TS_TIMESCALE },
        times,
        presentation,
        sizeBytes,
        stepTicks,
      }));
    }
    case 'webvtt':
      return [measureText(await whole(), segment.durationSeconds ?? 0)];
    case 'unknown':
      return 'unknown-format';
  }
}

/** Behind its init, since that says what the segment itself need not. */
function measureBoxes(init: ReadInit, head: Buffer, sizeBytes: number): MeasuredSegment[] {
  const file = Buffer.concat([init.bytes, head]);
  const fileBytes = init.bytes.length + sizeBytes;
  const measured = init.tracks.map(({ trackId, ...track }) => {
    // Also where the init has no other track: players leave out fragments of tracks that it does not know.
    const own = withTrackAlone(file, fileBytes, trackId);
    const samples = readSamples(own, fileBytes);
    const presentation =
      track.kind === 'text' || samples.length === 0 ? {} : { presentation: presentationTimes(samples) };
    return { key: String(trackId), track, times: segmentTimes(samples), ...presentation, sizeBytes };
  });
  return measured.sort((a, b) => Number(b.track.kind === 'video') - Number(a.track.kind === 'video'));
}

/** Text has no boxes: its times are what the playlist says. */
function measureText(bytes: Buffer, durationSeconds: number): MeasuredSegment {
  return {
    key: 'text',
    track: { kind: 'text', codecs: 'wvtt', timescale: 1, ...NO_EDITS },
    times: {
      samples: bytes.toString('utf8').split('-->').length - 1,
      decodeStart: 0,
      decodeEnd: durationSeconds,
      presentationStart: 0,
      beginsWithKeyframe: true,
    },
    sizeBytes: bytes.length,
  };
}
