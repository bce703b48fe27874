import HLS from 'hls-parser';
import { fault, warning, type Finding } from '../findings.ts';
import type { FilePart, TreeReader } from '../tree-reader.ts';
import {
  ManifestError,
  resolveUri,
  type Presentation,
  type SegmentRef,
  type Stream,
  type Variant,
} from './presentation.ts';

type Parsed = HLS.types.MasterPlaylist | HLS.types.MediaPlaylist;
type Findings = Finding[];

/**
 * Reads a master playlist with all playlists that it names, or a media playlist alone (RFC 8216).
 *
 * @throws {ManifestError} when nothing can be made of it
 */
export async function readHls(reader: TreeReader, uri: string, text: string): Promise<Presentation> {
  const findings: Findings = [];
  const root = parse(text, nameOf(uri, uri), findings);
  if (!(root instanceof HLS.types.MasterPlaylist)) {
    const stream = streamOf(root, uri, nameOf(uri, uri), root.independentSegments, findings);
    return { streams: [stream], variants: [], findings };
  }
  const streams = new Map<string, Stream>();
  const load = async (listed: string): Promise<string> => {
    const address = resolveUri(listed, uri);
    const name = nameOf(address, uri);
    if (streams.has(name)) return name;
    const bytes = await reader.read(address);
    if (bytes === undefined) {
      findings.push(fault('MANIFEST_MISSING', name, `${address} is not there.`));
      return name;
    }
    try {
      const playlist = parse(bytes.toString('utf8'), name, findings);
      if (playlist instanceof HLS.types.MasterPlaylist)
        throw new ManifestError('It is a master playlist itself.');
      const isIndependent = root.independentSegments || playlist.independentSegments;
      streams.set(name, streamOf(playlist, address, name, isIndependent, findings));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      findings.push(fault('MANIFEST_INVALID', name, error.message));
    }
    return name;
  };
  const variants: Variant[] = [];
  for (const variant of root.variants) {
    if (variant.isIFrameOnly === true) {
      findings.push(warning('NOT_CHECKED', variant.uri, 'Playlists of I-frames are not checked.'));
      continue;
    }
    const stream = await load(variant.uri);
    const audio = new Set<string>();
    for (const track of variant.audio) if (track.uri !== undefined) audio.add(await load(track.uri));
    for (const track of [...variant.video, ...variant.subtitles])
      if (track.uri !== undefined) await load(track.uri);
    variants.push(variantOf(variant, stream, [...audio]));
  }
  return { streams: [...streams.values()], variants, findings };
}

function variantOf(variant: HLS.types.Variant, stream: string, audio: readonly string[]): Variant {
  const { codecs, resolution, bandwidth, averageBandwidth, frameRate } = variant;
  // The library's types leave out that it may be missing; players then take it for SDR (RFC 8216bis, 4.4.6.2).
  const videoRange = variant.videoRange as string | undefined;
  return {
    name: stream,
    stream,
    // A variant of sound alone may name itself in its group.
    audio: audio.includes(stream) ? [] : audio,
    bandwidthRule: 'peak',
    bitsPerSecond: bandwidth,
    ...(codecs === undefined ? {} : { codecs: codecs.split(',') }),
    ...(resolution === undefined ? {} : { width: resolution.width, height: resolution.height }),
    videoRange: videoRange ?? 'SDR',
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(averageBandwidth === undefined ? {} : { averageBitsPerSecond: averageBandwidth }),
  };
}

function streamOf(
  playlist: HLS.types.MediaPlaylist,
  uri: string,
  name: string,
  isIndependent: boolean,
  findings: Findings,
): Stream {
  if (!playlist.endlist)
    findings.push(
      warning('NOT_CHECKED', name, 'It has no EXT-X-ENDLIST; what follows later is not checked.'),
    );
  if (playlist.isIFrame)
    findings.push(warning('NOT_CHECKED', name, 'Playlists of I-frames are not checked.'));
  const isEncrypted = playlist.segments.some(({ key }) => (key?.method ?? 'NONE') !== 'NONE');
  if (isEncrypted)
    findings.push(warning('NOT_CHECKED', name, 'Its segments are encrypted and not measured.'));
  return {
    name,
    period: '',
    segments:
      isEncrypted || playlist.isIFrame === true
        ? []
        : playlist.segments.map((segment) => segmentOf(segment, uri)),
    isIndependent,
    isLive: !playlist.endlist,
    targetSeconds: playlist.targetDuration,
  };
}

function segmentOf(segment: HLS.types.Segment, base: string): SegmentRef {
  // The library's types leave out that it may be missing.
  const map = segment.map as typeof segment.map | null;
  return {
    file: partOf(segment, base),
    ...(map === null ? {} : { init: partOf(map, base) }),
    durationSeconds: segment.duration,
    isDiscontinuous: segment.discontinuity === true,
    ...(segment.gap === true ? { isAbsent: true as const } : {}),
  };
}

function partOf(
  part: { readonly uri: string; readonly byterange?: HLS.types.Byterange },
  base: string,
): FilePart {
  const uri = resolveUri(part.uri, base);
  if (!part.byterange) return { uri };
  const { offset, length } = part.byterange;
  // Without an offset, and no range before it, the library says -1: an EXT-X-MAP's range then begins the file.
  const start = Math.max(0, offset);
  return { uri, range: { start, end: start + length } };
}

/** What strict parsing refuses is told; what can be read nevertheless is checked. */
function parse(source: string, name: string, findings: Findings): Parsed {
  // The library takes an apostrophe for a quotation mark. In URIs the other form means the same, names are not looked at.
  const text = source.replace(/^#EXT.*/gm, (tag) => tag.replaceAll("'", '%27'));
  try {
    HLS.setOptions({ strictMode: true, silent: true });
    return HLS.parse(text);
  } catch (error) {
    findings.push(fault('MANIFEST_INVALID', name, (error as Error).message));
  }
  try {
    HLS.setOptions({ strictMode: false, silent: true });
    return HLS.parse(text);
  } catch (error) {
    throw new ManifestError(`${name} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

/** A playlist's path as seen from the folder of the manifest that names it. */
function nameOf(uri: string, root: string): string {
  const folder = new URL('.', root).href;
  return uri.startsWith(folder) ? uri.slice(folder.length) : uri;
}
