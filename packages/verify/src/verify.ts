import { MalformedMediaError } from '@framefold/media';
import { checkAlignment } from './checks/check-alignment.ts';
import { checkPlanned, type PlannedSegment } from './checks/check-planned.ts';
import { checkLength } from './checks/check-length.ts';
import { checkPresentation } from './checks/check-presentation.ts';
import { checkStarts, type LibavformatStarts, type ReadStart } from './checks/check-starts.ts';
import { checkTrack, type TrackFigures } from './checks/check-track.ts';
import { checkTargetDurations, checkVariant } from './checks/check-variants.ts';
import { fault, type Finding } from './findings.ts';
import { ManifestError, type Presentation, type Stream } from './manifest/presentation.ts';
import { readHls } from './manifest/read-hls.ts';
import { readMpd } from './manifest/read-mpd.ts';
import { measureStream, type MeasuredStream } from './segments/measure-stream.ts';
import type { TreeReader } from './tree-reader.ts';

/** A track's figures, with what libavformat says of its start where it was asked. */
export interface VerifiedTrack extends TrackFigures {
  readonly libavformatStartSeconds?: number;
}

/** What a tree is, and where it departs from what it promises. */
export interface VerifyReport {
  readonly tracks: readonly VerifiedTrack[];
  readonly findings: readonly Finding[];
}

/** What a tree can be compared with beside itself. */
export interface VerifyOptions {
  readonly libavformatStarts?: LibavformatStarts | undefined;
  /** Segments by the name of their track: the path of its playlist as seen from the master playlist. */
  readonly planned?: ReadonlyMap<string, readonly PlannedSegment[]>;
}

/**
 * Checks an HLS or DASH tree, whoever made it: its manifest, and all files that it names. Of segments in boxes only
 * the heads are read.
 *
 * @param uri absolute, of a master or media playlist or of an MPD
 */
export async function verifyTree(
  reader: TreeReader,
  uri: string,
  { libavformatStarts, planned = new Map() }: VerifyOptions = {},
): Promise<VerifyReport> {
  const presentation = await readManifest(reader, uri);
  if (!('streams' in presentation)) return { tracks: [], findings: [presentation] };
  const measured = await Promise.all(presentation.streams.map((stream) => measureStream(reader, stream)));
  const checked = measured.map(({ tracks }) => tracks.map(checkTrack));
  const heads = new Map(measured.flatMap(({ tracks }) => tracks.map((track) => [track.name, track])));
  const figures = checked.map((tracks) => tracks.map((track) => track.figures));
  const starts =
    libavformatStarts === undefined
      ? []
      : await Promise.all(
          measured.map(({ stream }, index) =>
            checkStarts(reader, libavformatStarts, stream, figures[index] ?? []),
          ),
        );
  return {
    tracks: figures.flatMap((tracks, index) => tracks.map((track) => withStart(track, starts[index]))),
    findings: [
      ...presentation.findings,
      ...measured.flatMap(({ findings, tracks }, index) => [
        ...findings,
        ...(checked[index] ?? []).flatMap((track) => track.findings),
        ...tracks.flatMap(checkPresentation),
        ...[...(starts[index]?.values() ?? [])].flatMap((start) => start.findings),
      ]),
      ...[...planned].flatMap(([name, segments]) => checkPlanned(heads.get(name), name, segments)),
      ...checkTogether(presentation, measured, figures),
    ],
  };
}

function withStart(track: TrackFigures, starts: ReadonlyMap<string, ReadStart> | undefined): VerifiedTrack {
  const libavformatStartSeconds = starts?.get(track.name)?.libavformatSeconds;
  return { ...track, ...(libavformatStartSeconds === undefined ? {} : { libavformatStartSeconds }) };
}

function isFinished(stream: Stream | undefined, period: string): boolean {
  return stream?.period === period && !stream.isLive;
}

/** What concerns several streams, or a variant's attributes. */
function checkTogether(
  presentation: Presentation,
  measured: readonly MeasuredStream[],
  figures: readonly (readonly TrackFigures[])[],
): Finding[] {
  const byStream = new Map(measured.map(({ stream }, index) => [stream.name, figures[index] ?? []]));
  const periods = new Set(measured.map(({ stream }) => stream.period));
  return [
    ...checkTargetDurations(
      measured.map(({ stream, tracks }) => ({ stream, isMedia: tracks.some(({ kind }) => kind !== 'text') })),
    ),
    ...[...periods].flatMap((period) =>
      checkAlignment(figures.filter((_, index) => isFinished(measured[index]?.stream, period)).flat()),
    ),
    ...checkLength(
      presentation.durationSeconds,
      [...periods].map((period) =>
        figures.filter((_, index) => measured[index]?.stream.period === period).flat(),
      ),
    ),
    ...presentation.variants.flatMap((variant) =>
      checkVariant(variant, (stream) => byStream.get(stream) ?? []),
    ),
  ];
}

async function readManifest(reader: TreeReader, uri: string): Promise<Presentation | Finding> {
  const bytes = await reader.read(uri);
  if (bytes === undefined) return fault('MANIFEST_MISSING', uri, 'It is not there.');
  const text = bytes.toString('utf8');
  try {
    if (text.replace(/^\uFEFF/, '').startsWith('#EXTM3U')) return await readHls(reader, uri, text);
    return await readMpd(reader, uri, text);
  } catch (error) {
    if (error instanceof ManifestError || error instanceof MalformedMediaError || error instanceof RangeError)
      return fault('MANIFEST_INVALID', uri, error.message);
    throw error;
  }
}
