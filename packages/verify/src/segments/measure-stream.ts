import type { SegmentHead, TrackHeads } from '../checks/check-track.ts';
import { fault, warning, type Finding } from '../findings.ts';
import type { SegmentRef, Stream } from '../manifest/presentation.ts';
import { readPart, type FilePart, type TreeReader } from '../tree-reader.ts';
import { readInitTracks } from './init-tracks.ts';
import { measureSegmentOf, type MeasuredSegment, type ReadInit } from './measure-segment.ts';
import { findingOf, SegmentFault, sizeOfPart } from './segment-fault.ts';

/** A stream as its files tell it. */
export interface MeasuredStream {
  readonly stream: Stream;
  /** One, or where picture and sound are in the same segments, both, the picture first. */
  readonly tracks: readonly TrackHeads[];
  readonly findings: readonly Finding[];
}

/** Reads the heads of all segments of a stream; of transport streams and of text, the whole. */
export async function measureStream(reader: TreeReader, stream: Stream): Promise<MeasuredStream> {
  const findings: Finding[] = [];
  const inits = new Map<string, ReadInit | undefined>();
  const initOf = async (part: FilePart): Promise<ReadInit | undefined> => {
    const key = JSON.stringify(part);
    if (!inits.has(key)) {
      inits.set(key, undefined);
      try {
        inits.set(key, await readInit(reader, part));
      } catch (error) {
        findings.push(findingOf(error, 'INIT_UNREADABLE', `${stream.name}, init`));
      }
    }
    return inits.get(key);
  };
  const heads: (readonly MeasuredSegment[])[] = [];
  for (const [index, segment] of stream.segments.entries()) {
    const where = `${stream.name}, ${labelOf(segment, index)}`;
    const before = stream.segments[index - 1];
    if (before !== undefined && JSON.stringify(segment.init) !== JSON.stringify(before.init)) {
      const tell = segment.isDiscontinuous ? warning : fault;
      findings.push(tell('INIT_CHANGES', where, 'It has another init than the segment before.'));
    }
    heads.push([]);
    if (segment.isAbsent === true) {
      findings.push(warning('NOT_CHECKED', where, 'It is marked as missing.'));
      continue;
    }
    try {
      const init = segment.init;
      const measured = await measureSegmentOf(
        reader,
        segment,
        async () => (init === undefined ? undefined : await initOf(init)),
        segment.isDiscontinuous ? [] : (heads[index - 1] ?? []),
      );
      if (measured === 'unknown-format')
        findings.push(warning('NOT_CHECKED', where, 'Its format is not known here.'));
      else heads[index] = measured;
    } catch (error) {
      findings.push(findingOf(error, 'SEGMENT_UNREADABLE', where));
    }
  }
  return { stream, tracks: tracksOf(stream, heads), findings };
}

async function readInit(reader: TreeReader, part: FilePart): Promise<ReadInit> {
  await sizeOfPart(reader, part);
  const bytes = await readPart(reader, part);
  if (bytes === undefined) throw new SegmentFault('FILE_MISSING', `${part.uri} is not there.`);
  return { bytes, tracks: readInitTracks(bytes) };
}

/** Turns what each segment gives to each track into what each track has of each segment. */
function tracksOf(stream: Stream, heads: readonly (readonly MeasuredSegment[])[]): TrackHeads[] {
  const firsts = new Map<string, MeasuredSegment>();
  for (const measured of heads.flat()) if (!firsts.has(measured.key)) firsts.set(measured.key, measured);
  return [...firsts.values()].map(({ key, track }, position) => ({
    ...track,
    name: firsts.size === 1 ? stream.name : `${stream.name} (${track.kind})`,
    isIndependent: stream.isIndependent,
    ...(stream.targetSeconds === undefined ? {} : { targetSeconds: stream.targetSeconds }),
    segments: stream.segments.map((segment, index) => {
      const measured = heads[index]?.find((head) => head.key === key);
      // The manifest's times are those of the picture, where sound is in the same segments.
      return measured && headOf(measured, segment, labelOf(segment, index), position === 0);
    }),
  }));
}

function headOf(
  measured: MeasuredSegment,
  { durationSeconds, startSeconds, toleranceSeconds, isDiscontinuous }: SegmentRef,
  where: string,
  isDeclared: boolean,
): SegmentHead {
  return {
    where,
    sizeBytes: measured.sizeBytes,
    ...measured.times,
    ...(measured.presentation === undefined ? {} : { presentation: measured.presentation }),
    // Text says no times itself.
    isDiscontinuous: isDiscontinuous || measured.key === 'text',
    ...(isDeclared && durationSeconds !== undefined ? { declaredSeconds: durationSeconds } : {}),
    ...(isDeclared && startSeconds !== undefined ? { declaredStartSeconds: startSeconds } : {}),
    ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
  };
}

/** Number and file: players' logs name the one or the other. */
function labelOf({ file }: SegmentRef, index: number): string {
  return `segment ${index} (${file.uri.slice(file.uri.lastIndexOf('/') + 1)})`;
}
