import { CodedError, type EncodedRendition, type StoredSegment } from '@framefold/domain';
import { headBytes, MalformedMediaError, measureSegment, type SegmentTimes } from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';

/** A planned segment as a rendition must have it, on the rendition's timescale without the presentation origin. */
export interface ExpectedSegment {
  readonly startTicks: number;
  /** Exact number of samples, where the plan knows it. */
  readonly samples?: number;
}

export interface RenditionCheck {
  readonly jobId: string;
  readonly name: string;
  /** What the units of this rendition committed, in order. */
  readonly parts: readonly EncodedRendition[];
  readonly expected: readonly ExpectedSegment[];
  readonly originTicks: number;
}

/** A rendition that holds what was planned, without a gap. */
export interface CheckedRendition {
  readonly init: EncodedRendition['init'];
  readonly timescale: number;
  readonly segments: readonly StoredSegment[];
  readonly samples: number;
  readonly durationTicks: number;
  /** First presentation time less the presentation origin. */
  readonly startTicks: number;
}

/**
 * Reads every segment's boxes back from the store and holds them against the plan: count of frames, times without a
 * gap, one init segment, keyframes at the starts. Only heads of segments are read, so the cost grows with their number.
 *
 * @param outputKey gives the store's key of a path in the output tree
 * @throws {CodedError} OUTPUT_INVALID naming the first departure
 */
export async function checkRendition(
  store: ObjectStore,
  outputKey: (path: string) => string,
  check: RenditionCheck,
): Promise<CheckedRendition> {
  const fail = (what: string): never => {
    throw new CodedError('OUTPUT_INVALID', `Rendition ${check.name}: ${what}.`);
  };
  const [first] = check.parts;
  if (first === undefined) return fail('it has no segments');
  for (const part of check.parts) {
    if (part.init.sha256 !== first.init.sha256 || part.timescale !== first.timescale)
      fail('its init segments differ');
  }
  const segments = check.parts.flatMap((part) => part.segments);
  if (segments.length !== check.expected.length) {
    fail(`it has ${segments.length} segments instead of ${check.expected.length}`);
  }
  let samples = 0;
  let decodeEnd: number | undefined;
  let startTicks = 0;
  for (const [position, segment] of segments.entries()) {
    const where = `segment ${position}`;
    const expected = check.expected[position];
    const times = await readTimes(store, outputKey(segment.path), segment);
    if (times === 'missing') return fail(`${where} is not in the store`);
    if (times === 'malformed') return fail(`${where} cannot be read`);
    if (segment.index !== position) fail(`${where} is numbered ${segment.index}`);
    if (expected?.samples !== undefined && times.samples !== expected.samples) {
      fail(`${where} has ${times.samples} frames instead of ${expected.samples}`);
    }
    if (times.samples !== segment.samples) fail(`${where} does not hold what its record says`);
    if (!times.beginsWithKeyframe) fail(`${where} does not begin with a keyframe`);
    if (times.presentationStart - check.originTicks !== expected?.startTicks)
      fail(`${where} starts at the wrong time`);
    if (decodeEnd !== undefined && times.decodeStart !== decodeEnd) fail(`there is a gap before ${where}`);
    decodeEnd = times.decodeEnd;
    samples += times.samples;
    if (position === 0) startTicks = times.presentationStart - check.originTicks;
  }
  return {
    init: first.init,
    timescale: first.timescale,
    segments,
    samples,
    durationTicks: segments.reduce((sum, segment) => sum + segment.durationTicks, 0),
    startTicks,
  };
}

async function readTimes(
  store: ObjectStore,
  key: string,
  segment: StoredSegment,
): Promise<SegmentTimes | 'missing' | 'malformed'> {
  const stored = await store.head(key);
  if (stored?.sizeBytes !== segment.sizeBytes) return 'missing';
  const end = Math.min(segment.sizeBytes, headBytes(segment.samples));
  const stream = await store.stream(key, { start: 0, end });
  if (stream === undefined) return 'missing';
  const head = Buffer.concat(await stream.toArray());
  try {
    return measureSegment(head, segment.sizeBytes);
  } catch (error) {
    if (error instanceof MalformedMediaError) return 'malformed';
    throw error;
  }
}
