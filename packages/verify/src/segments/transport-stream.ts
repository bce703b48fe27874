import { MalformedMediaError, type SegmentTimes } from '@framefold/media';
import { readAc3, readAdts, readAvc, type SoundFrames } from './elementary-streams.ts';
import { presentationTimes, type PresentationTimes } from './presentation-times.ts';

/** Ticks per second of the times in a transport stream. */
export const TS_TIMESCALE = 90_000;
const PACKET_BYTES = 188;
/** Timestamps have 33 bits. */
const WRAP_TICKS = 2 ** 33;
export const TS_WRAP_SECONDS = WRAP_TICKS / TS_TIMESCALE;

/** One elementary stream of a segment, its times on the 90 kHz clock, unwrapped. */
export interface TransportTrack {
  readonly times: SegmentTimes;
  readonly presentation: PresentationTimes;
  readonly kind: 'video' | 'audio';
  /** RFC 6381, where the stream itself says it. */
  readonly codecs?: string;
  /** How long the last frame is taken to last. */
  readonly stepTicks: number;
}

/** Stream types of a programme map (ISO/IEC 13818-1, table 2-34; ATSC A/52, annex A; Apple's HLS specification). */
const STREAM_TYPES: Readonly<Record<number, Pick<TransportTrack, 'kind'>>> = {
  0x02: { kind: 'video' },
  0x0f: { kind: 'audio' },
  0x1b: { kind: 'video' },
  0x24: { kind: 'video' },
  0x81: { kind: 'audio' },
  0x87: { kind: 'audio' },
};
const AVC = 0x1b;
/** How frames are counted in packets that hold several. */
const SOUND_READERS: Readonly<Record<number, (bytes: Buffer) => SoundFrames>> = {
  0x0f: readAdts,
  0x81: readAc3,
  0x87: readAc3,
};
/** Sound whose frames are not counted here: MPEG-1 and 2, and AAC in LATM. */
const UNCOUNTED_TYPES = [0x03, 0x04, 0x11];

/** A packet of an elementary stream: a frame of picture, or one or more of sound. */
interface Pes {
  readonly presentation: number;
  readonly decode: number;
  readonly isRandomAccess: boolean;
  readonly payload: Buffer[];
}

/** What goes on from the segment before. */
interface Before {
  readonly kind: string;
  readonly decodeEnd: number;
  readonly stepTicks: number;
}

interface Elementary {
  readonly type: number;
  readonly packets: Pes[];
}

/**
 * The first picture and the first sound of a transport stream segment (ISO/IEC 13818-1).
 *
 * @param before what the segment before gave: times go on from there over a wrap, and tell how long a lone frame lasts
 * @returns nothing where its sound can't be counted
 * @throws {MalformedMediaError} when it is not made of whole packets, or has no programme
 */
export function readTransportStream(bytes: Buffer, before: readonly Before[]): TransportTrack[] {
  const streams = demultiplex(bytes);
  if (streams.some(({ type }) => UNCOUNTED_TYPES.includes(type))) return [];
  const nearTicks =
    before[0]?.decodeEnd ?? streams.find(({ packets }) => packets.length > 0)?.packets[0]?.decode ?? 0;
  return (['video', 'audio'] as const).flatMap((kind) => {
    const stream = streams.find(({ type }) => STREAM_TYPES[type]?.kind === kind);
    if (stream === undefined || stream.packets.length === 0) return [];
    return measure(kind, stream, nearTicks, before.find((track) => track.kind === kind)?.stepTicks ?? 0);
  });
}

function measure(
  kind: TransportTrack['kind'],
  { type, packets }: Elementary,
  nearTicks: number,
  stepBefore: number,
): TransportTrack {
  const unwrap = (ticks: number): number => ticks + WRAP_TICKS * Math.round((nearTicks - ticks) / WRAP_TICKS);
  const decodes = packets.map(({ decode }) => unwrap(decode));
  const [first = 0, last = 0] = [decodes[0], decodes.at(-1)];
  const presentations = packets.map(({ presentation }) => unwrap(presentation));
  const payloads = packets.map(({ payload }) => Buffer.concat(payload));
  const readSound = SOUND_READERS[type];
  const sound = readSound === undefined ? undefined : payloads.map(readSound);
  const avc = type === AVC ? readAvc(payloads[0] ?? Buffer.alloc(0)) : undefined;
  const stepTicks =
    sound === undefined
      ? last - (decodes.at(-2) ?? last - stepBefore)
      : (sound.at(-1)?.seconds ?? 0) * TS_TIMESCALE;
  const codecs = sound?.[0]?.codecs ?? avc?.codecs;
  return {
    kind,
    ...(codecs === undefined ? {} : { codecs }),
    stepTicks,
    presentation: presentationTimes(
      presentations.map((presentationTicks, index) => {
        const [decode = 0, next = last + stepTicks] = [decodes[index], decodes[index + 1]];
        return { presentationTicks, durationTicks: next - decode };
      }),
    ),
    times: {
      samples: sound?.reduce((sum, { frames }) => sum + frames, 0) ?? packets.length,
      decodeStart: first,
      decodeEnd: last + stepTicks,
      presentationStart: presentations.reduce((least, ticks) => Math.min(least, ticks), Infinity),
      beginsWithKeyframe: kind === 'audio' || packets[0]?.isRandomAccess === true || avc?.isKeyframe === true,
    },
  };
}

function demultiplex(bytes: Buffer): Elementary[] {
  if (bytes.length % PACKET_BYTES !== 0) throw new MalformedMediaError('It is not made of whole packets.');
  let mapPid: number | undefined;
  const streams = new Map<number, Elementary>();
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if (packet.readUInt8(0) !== 0x47) throw new MalformedMediaError(`No packet begins at byte ${at}.`);
    const pid = packet.readUInt16BE(1) & 0x1fff;
    const isStart = (packet.readUInt8(1) & 0x40) !== 0;
    const control = packet.readUInt8(3);
    const adaptationBytes = control & 0x20 ? 1 + packet.readUInt8(4) : 0;
    const isRandomAccess = adaptationBytes > 1 && (packet.readUInt8(5) & 0x40) !== 0;
    if ((control & 0x10) === 0) continue;
    const payload = packet.subarray(4 + adaptationBytes);
    if (pid === 0 && isStart) mapPid = programmeMapPid(payload);
    else if (pid === mapPid && isStart && streams.size === 0) {
      for (const [streamPid, type] of programmeStreams(payload))
        streams.set(streamPid, { type, packets: [] });
    } else if (isStart) streams.get(pid)?.packets.push(readPes(payload, isRandomAccess));
    else streams.get(pid)?.packets.at(-1)?.payload.push(payload);
  }
  if (streams.size === 0) throw new MalformedMediaError('It has no programme map.');
  return [...streams.values()];
}

/** The programme association's first programme; its number 0 is the network's table. */
function programmeMapPid(payload: Buffer): number | undefined {
  const section = payload.subarray(1 + payload.readUInt8(0));
  const end = 3 + (section.readUInt16BE(1) & 0xfff) - 4;
  for (let at = 8; at + 4 <= end; at += 4)
    if (section.readUInt16BE(at) !== 0) return section.readUInt16BE(at + 2) & 0x1fff;
  return undefined;
}

/** PID and type of the programme's streams that we know. */
function programmeStreams(payload: Buffer): [number, number][] {
  const section = payload.subarray(1 + payload.readUInt8(0));
  const end = 3 + (section.readUInt16BE(1) & 0xfff) - 4;
  const streams: [number, number][] = [];
  for (let at = 12 + (section.readUInt16BE(10) & 0xfff); at + 5 <= end;) {
    const type = section.readUInt8(at);
    if (STREAM_TYPES[type] !== undefined || UNCOUNTED_TYPES.includes(type))
      streams.push([section.readUInt16BE(at + 1) & 0x1fff, type]);
    at += 5 + (section.readUInt16BE(at + 3) & 0xfff);
  }
  return streams;
}

function readPes(payload: Buffer, isRandomAccess: boolean): Pes {
  if (payload.readUIntBE(0, 3) !== 1) throw new MalformedMediaError('A frame has no header.');
  const flags = payload.readUInt8(7);
  if ((flags & 0x80) === 0) throw new MalformedMediaError('A frame has no time.');
  const presentation = timestamp(payload, 9);
  const decode = flags & 0x40 ? timestamp(payload, 14) : presentation;
  return { presentation, decode, isRandomAccess, payload: [payload.subarray(9 + payload.readUInt8(8))] };
}

function timestamp(bytes: Buffer, at: number): number {
  const high = (bytes.readUInt8(at) >> 1) & 7;
  return high * 2 ** 30 + (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(at + 3) >> 1);
}
