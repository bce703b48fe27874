import { DOMParser, type Element } from '@xmldom/xmldom';
import { fault, warning, type Finding } from '../findings.ts';
import type { TreeReader } from '../tree-reader.ts';
import {
  ManifestError,
  resolveUri,
  type Presentation,
  type SegmentRef,
  type Stream,
  type Variant,
} from './presentation.ts';
import { readAddressing, type Representation } from './mpd-segments.ts';
import { attribute, childrenOf, iso8601Seconds, numberOf } from './xml.ts';

/**
 * Reads a static MPD (ISO/IEC 23009-1, 5.3). Every Representation of every Period becomes a stream and a variant.
 *
 * @throws {ManifestError} when it is no MPD, or addresses segments in no known way
 */
export async function readMpd(reader: TreeReader, uri: string, text: string): Promise<Presentation> {
  const mpd = parse(text);
  const findings: Finding[] = [];
  const isLive = attribute(mpd, 'type') === 'dynamic';
  if (isLive) findings.push(warning('NOT_CHECKED', 'MPD', 'It is live; what follows later is not checked.'));
  const streams: Stream[] = [];
  const variants: Variant[] = [];
  const periods = childrenOf(mpd, 'Period');
  for (const [index, period] of periods.entries()) {
    const prefix = periods.length === 1 ? '' : `period${index}/`;
    for (const [position, set] of childrenOf(period, 'AdaptationSet').entries()) {
      const kind = uncheckedKind(set);
      if (kind !== undefined) {
        findings.push(warning('NOT_CHECKED', `${prefix}AdaptationSet ${position}`, `${kind} not checked.`));
        continue;
      }
      for (const element of childrenOf(set, 'Representation')) {
        const representation: Representation = {
          levels: [period, set, element],
          baseUri: [mpd, period, set, element].reduce(innerBase, uri),
          periodSeconds: periodSeconds(mpd, periods, index),
        };
        const name = `${prefix}${attribute(element, 'id') ?? streams.length}`;
        streams.push({
          name,
          period: prefix,
          segments: await readSegments(reader, representation, isLive),
          isLive,
          isIndependent: ['1', '2'].includes(inherited(representation, 'startWithSAP') ?? ''),
        });
        const variant = variantOf(name, representation);
        if (variant.bitsPerSecond === undefined)
          findings.push(fault('MANIFEST_INVALID', name, 'It has no bandwidth (5.3.5.2).'));
        variants.push(variant);
      }
    }
  }
  if (streams.length === 0) throw new ManifestError('The MPD has no Representation.');
  // Of live ones, and of periods that are elsewhere, the length is not known.
  const isWhole = !isLive && new Set(streams.map(({ period }) => period)).size === periods.length;
  const durationSeconds = isWhole ? iso8601Seconds(attribute(mpd, 'mediaPresentationDuration')) : undefined;
  return { streams, variants, findings, ...(durationSeconds === undefined ? {} : { durationSeconds }) };
}

function parse(text: string): Element {
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw new ManifestError(message);
      },
    });
    const root = parser.parseFromString(text, 'text/xml').documentElement;
    if (root?.localName === 'MPD') return root;
  } catch (error) {
    throw new ManifestError(`The MPD is not XML: ${(error as Error).message}`, { cause: error });
  }
  throw new ManifestError('The root element is not an MPD.');
}

/** Trick-play tracks (DASH-IF IOP, 3.2.9) and tiles of thumbnails (6.2.6) are cut in their own way. */
function uncheckedKind(set: Element): string | undefined {
  const schemes = ['EssentialProperty', 'SupplementalProperty'].flatMap((name) =>
    childrenOf(set, name).map((property) => attribute(property, 'schemeIdUri')),
  );
  if (schemes.includes('http://dashif.org/guidelines/trickmode')) return 'Trick-play tracks are';
  const types = [set, ...childrenOf(set, 'Representation')].map((element) => attribute(element, 'mimeType'));
  const isImage =
    types.some((type) => type?.startsWith('image/')) || attribute(set, 'contentType') === 'image';
  return isImage ? 'Thumbnails are' : undefined;
}

/** What a live period has at one moment can't be told where it has no timeline. */
async function readSegments(
  reader: TreeReader,
  representation: Representation,
  isLive: boolean,
): Promise<SegmentRef[]> {
  try {
    return await readAddressing(reader, representation);
  } catch (error) {
    if (isLive && error instanceof ManifestError) return [];
    throw error;
  }
}

function variantOf(name: string, representation: Representation): Variant {
  const codecs = inherited(representation, 'codecs');
  const bitsPerSecond = numberOf(inherited(representation, 'bandwidth'));
  const [width, height] = [
    numberOf(inherited(representation, 'width')),
    numberOf(inherited(representation, 'height')),
  ];
  const frameRate = rateOf(inherited(representation, 'frameRate'));
  return {
    name,
    stream: name,
    audio: [],
    bandwidthRule: 'buffered',
    ...(codecs === undefined ? {} : { codecs: codecs.split(',') }),
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(bitsPerSecond === undefined ? {} : { bitsPerSecond }),
  };
}

/** `25` or `30000/1001` (5.3.7.2). */
function rateOf(text: string | undefined): number | undefined {
  const [frames, seconds = '1'] = text?.split('/') ?? [];
  const [dividend, divisor] = [numberOf(frames), numberOf(seconds)];
  return dividend === undefined || !divisor ? undefined : dividend / divisor;
}

/** An attribute that a Representation has itself or from the elements around it (5.3.7). */
function inherited({ levels }: Representation, name: string): string | undefined {
  return levels.map((level) => attribute(level, name)).findLast((value) => value !== undefined);
}

/** Of several BaseURLs, which are alternatives, the first (5.6). */
function innerBase(base: string, element: Element): string {
  const [first] = childrenOf(element, 'BaseURL');
  return first === undefined ? base : resolveUri((first.textContent ?? '').trim(), base);
}

function periodSeconds(mpd: Element, periods: readonly Element[], index: number): number | undefined {
  const secondsOf = (element: Element | undefined, name: string): number | undefined =>
    element === undefined ? undefined : iso8601Seconds(attribute(element, name));
  const own = secondsOf(periods[index], 'duration');
  if (own !== undefined) return own;
  const start = secondsOf(periods[index], 'start') ?? 0;
  const end = secondsOf(periods[index + 1], 'start') ?? secondsOf(mpd, 'mediaPresentationDuration');
  return end === undefined ? undefined : end - start;
}
