import type { Element } from '@xmldom/xmldom';
import type { ByteRange, FilePart, TreeReader } from '../tree-reader.ts';
import { ManifestError, resolveUri, type SegmentRef } from './presentation.ts';
import { readIndex } from './segment-index.ts';
import { attribute, childrenOf, numberOf } from './xml.ts';

/** More segments than any title has; a manifest that lists more is refused. */
const MOST_SEGMENTS = 1_000_000;

/** A Representation and the elements around it. */
export interface Representation {
  /** Period, AdaptationSet, Representation. */
  readonly levels: readonly [Element, Element, Element];
  /** After all BaseURLs. */
  readonly baseUri: string;
  readonly periodSeconds: number | undefined;
}

/** Where a segment lies on the media timeline, in ticks. */
interface Slot {
  readonly startTicks: number;
  readonly durationTicks: number;
}

/** A SegmentTemplate, SegmentList or SegmentBase, with what its outer levels say (5.3.9.2). */
interface Addressing {
  readonly get: (name: string) => string | undefined;
  readonly children: (name: string) => Element[];
}

/**
 * The segments of a Representation (ISO/IEC 23009-1, 5.3.9), whichever way they are addressed.
 *
 * @throws {ManifestError} when the addressing lacks something
 */
export async function readAddressing(reader: TreeReader, of: Representation): Promise<SegmentRef[]> {
  const template = inherit(of, 'SegmentTemplate');
  if (template !== undefined) return fromTemplate(template, of);
  const list = inherit(of, 'SegmentList');
  if (list !== undefined) return fromList(list, of);
  return fromBase(reader, inherit(of, 'SegmentBase'), of);
}

function inherit({ levels }: Representation, name: string): Addressing | undefined {
  const found = levels.flatMap((level) => childrenOf(level, name)).reverse();
  if (found.length === 0) return undefined;
  return {
    get: (key) => found.map((element) => attribute(element, key)).find((value) => value !== undefined),
    children: (key) => found.map((element) => childrenOf(element, key)).find((all) => all.length > 0) ?? [],
  };
}

function fromTemplate(template: Addressing, of: Representation): SegmentRef[] {
  const media = template.get('media');
  if (media === undefined) throw new ManifestError('A SegmentTemplate has no media.');
  const firstNumber = numberOf(template.get('startNumber')) ?? 1;
  const expand = (pattern: string, slot?: { readonly number: number; readonly time: number }): string =>
    resolveUri(expandTemplate(pattern, of.levels[2], slot), of.baseUri);
  const pattern = template.get('initialization');
  const init = pattern === undefined ? initOf(template, of.baseUri) : { uri: expand(pattern) };
  return slotsOf(template, of).map((slot, index) =>
    segmentOf(
      { uri: expand(media, { number: firstNumber + index, time: slot.startTicks }) },
      init,
      template,
      slot,
    ),
  );
}

function fromList(list: Addressing, of: Representation): SegmentRef[] {
  const files = list.children('SegmentURL').map((element): FilePart => {
    const uri = resolveUri(attribute(element, 'media') ?? '', of.baseUri);
    return partOf(uri, attribute(element, 'mediaRange'));
  });
  const slots = slotsOf(list, of, files.length);
  const init = initOf(list, of.baseUri);
  return files.map((file, index) => segmentOf(file, init, list, slots[index]));
}

async function fromBase(
  reader: TreeReader,
  base: Addressing | undefined,
  of: Representation,
): Promise<SegmentRef[]> {
  const indexRange = rangeOf(base?.get('indexRange'));
  if (indexRange === undefined) return [{ file: { uri: of.baseUri }, isDiscontinuous: false }];
  const init = (base === undefined ? undefined : initOf(base, of.baseUri)) ?? {
    uri: of.baseUri,
    range: { start: 0, end: indexRange.start },
  };
  const bytes = await reader.read(of.baseUri, indexRange);
  if (bytes === undefined) return [{ file: { uri: of.baseUri }, init, isDiscontinuous: false }];
  return readIndex(bytes, indexRange.end).map(({ range, startSeconds, durationSeconds }) => ({
    file: { uri: of.baseUri, range },
    init,
    startSeconds,
    durationSeconds,
    isDiscontinuous: false,
  }));
}

function segmentOf(
  file: FilePart,
  init: FilePart | undefined,
  addressing: Addressing,
  slot: Slot | undefined,
): SegmentRef {
  const timescale = timescaleOf(addressing);
  const isExact = addressing.children('SegmentTimeline').length > 0;
  return {
    file,
    ...(init === undefined ? {} : { init }),
    ...(slot === undefined
      ? {}
      : { startSeconds: slot.startTicks / timescale, durationSeconds: slot.durationTicks / timescale }),
    // @duration is nominal: segments may drift by half of it (5.3.9.5.3, 7.2.1).
    ...(isExact ? {} : { toleranceSeconds: (numberOf(addressing.get('duration')) ?? 0) / timescale / 2 }),
    isDiscontinuous: false,
  };
}

/** @param count of the segments, where the addressing itself lists them */
function slotsOf(addressing: Addressing, of: Representation, count?: number): Slot[] {
  const timescale = timescaleOf(addressing);
  const offset = numberOf(addressing.get('presentationTimeOffset')) ?? 0;
  const endTicks = of.periodSeconds === undefined ? undefined : offset + of.periodSeconds * timescale;
  const [timeline] = addressing.children('SegmentTimeline');
  if (timeline !== undefined) return timelineSlots(timeline, endTicks);
  const durationTicks = numberOf(addressing.get('duration'));
  if (durationTicks === undefined || durationTicks <= 0) return [];
  const endNumber = numberOf(addressing.get('endNumber'));
  const counted =
    endNumber === undefined ? count : endNumber - (numberOf(addressing.get('startNumber')) ?? 1) + 1;
  if (counted === undefined && endTicks === undefined)
    throw new ManifestError('Neither segments nor the length of the period are given.');
  // A period's length is rounded in the MPD.
  const length = counted ?? Math.ceil(((endTicks ?? 0) - offset) / durationTicks - 1e-3);
  checkCount(length);
  return Array.from({ length }, (_, index) => {
    const startTicks = offset + index * durationTicks;
    const left = endTicks === undefined ? durationTicks : Math.max(0, endTicks - startTicks);
    return { startTicks, durationTicks: Math.min(durationTicks, left) };
  });
}

/** `S` elements (5.3.9.6): `t` defaults to the end of the one before, `r` of -1 goes on until the next `t` or the end. */
function timelineSlots(timeline: Element, endTicks: number | undefined): Slot[] {
  const entries = childrenOf(timeline, 'S');
  const slots: Slot[] = [];
  let at = 0;
  for (const [index, entry] of entries.entries()) {
    at = numberOf(attribute(entry, 't')) ?? at;
    const durationTicks = numberOf(attribute(entry, 'd'));
    if (durationTicks === undefined || durationTicks <= 0) throw new ManifestError('An S has no duration.');
    let repeats = numberOf(attribute(entry, 'r')) ?? 0;
    if (repeats < 0) {
      const next = entries[index + 1];
      const until = (next === undefined ? undefined : numberOf(attribute(next, 't'))) ?? endTicks;
      if (until === undefined) throw new ManifestError('An S repeats without an end.');
      repeats = Math.ceil((until - at) / durationTicks) - 1;
    }
    checkCount(slots.length + repeats);
    for (let count = 0; count <= repeats; count++, at += durationTicks)
      slots.push({ startTicks: at, durationTicks });
  }
  return slots;
}

function checkCount(count: number): void {
  if (!(count <= MOST_SEGMENTS)) throw new ManifestError(`It lists more than ${MOST_SEGMENTS} segments.`);
}

function timescaleOf(addressing: Addressing): number {
  return numberOf(addressing.get('timescale')) ?? 1;
}

/** `$Number%05d$` and its like (5.3.9.4.4). */
function expandTemplate(
  pattern: string,
  representation: Element,
  slot?: { readonly number: number; readonly time: number },
): string {
  const values: Record<string, string | undefined> = {
    RepresentationID: attribute(representation, 'id'),
    Bandwidth: attribute(representation, 'bandwidth'),
    Number: slot?.number.toString(),
    Time: slot?.time.toString(),
  };
  return pattern.replace(/\$(?:(\w+?)(?:%0(\d+)d)?)?\$/g, (text, name?: string, width?: string) =>
    name === undefined ? '$' : (values[name]?.padStart(Number(width ?? 0), '0') ?? text),
  );
}

function initOf(addressing: Addressing, baseUri: string): FilePart | undefined {
  const [element] = addressing.children('Initialization');
  if (element === undefined) return undefined;
  return partOf(resolveUri(attribute(element, 'sourceURL') ?? '', baseUri), attribute(element, 'range'));
}

function partOf(uri: string, range: string | undefined): FilePart {
  const bytes = rangeOf(range);
  return bytes === undefined ? { uri } : { uri, range: bytes };
}

/** `first-last`, both included, as HTTP has it. */
function rangeOf(text: string | undefined): ByteRange | undefined {
  const parts = /^(\d+)-(\d+)$/.exec(text ?? '');
  return parts === null ? undefined : { start: Number(parts[1]), end: Number(parts[2]) + 1 };
}
