import {
  CodedError,
  type AudioTrack,
  type Rational,
  type SourceMeta,
  type SubtitleTrack,
  type VideoTrack,
} from '@framefold/domain';
import { z } from 'zod';

const Stream = z.looseObject({
  index: z.number().int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  pix_fmt: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  color_space: z.string().optional(),
  color_range: z.string().optional(),
  field_order: z.string().optional(),
  r_frame_rate: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  time_base: z.string().optional(),
  start_time: z.string().optional(),
  duration: z.string().optional(),
  bit_rate: z.string().optional(),
  nb_frames: z.string().optional(),
  channels: z.number().optional(),
  sample_rate: z.string().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  side_data_list: z
    .array(z.looseObject({ rotation: z.number().optional(), dv_profile: z.number().optional() }))
    .optional(),
});
type Stream = z.infer<typeof Stream>;

const Description = z.looseObject({
  format: z.looseObject({
    format_name: z.string(),
    start_time: z.string().optional(),
    duration: z.string().optional(),
  }),
  streams: z.array(Stream).default([]),
});

/** Subtitles that ffmpeg turns into WebVTT; others are pictures, or hidden in the video. */
const TEXT_SUBTITLES = new Set(['subrip', 'srt', 'mov_text', 'ass', 'ssa', 'webvtt', 'text']);

/** Its colours are not those of any standard: without the enhancement the picture is green and violet. */
const DOLBY_VISION_WITHOUT_BASE = 5;

/** A source as its headers describe it; what must be measured on the packets is not in it yet. */
export interface Description {
  readonly meta: Omit<SourceMeta, 'video' | 'durationSeconds' | 'sizeBytes'>;
  readonly containerSeconds: number | undefined;
  readonly video:
    Omit<VideoTrack, 'frameCount' | 'startSeconds' | 'durationSeconds' | 'frameRate'> | undefined;
  /** Frames that the container's tables promise, where the container keeps such a table. */
  readonly promisedFrames: number | undefined;
}

/**
 * Reads ffprobe's JSON description of a file.
 *
 * @throws {CodedError} SOURCE_NOT_MEDIA when it is no such description, or of a file without a track
 */
export function parseDescription(json: string): Description {
  const parsed = Description.safeParse(parseJson(json));
  if (!parsed.success || parsed.data.streams.length === 0) {
    throw new CodedError('SOURCE_NOT_MEDIA', 'The source is not a video file that can be read.');
  }
  const { format, streams } = parsed.data;
  const pictures = streams.filter(
    (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1,
  );
  const chosen = pictures.find((stream) => stream.disposition?.default === 1) ?? pictures[0];
  const sounds = streams.filter((stream) => stream.codec_type === 'audio');
  const audio = sounds.flatMap(toAudioTrack);
  return {
    meta: {
      container: format.format_name,
      startSeconds: parseDecimal(format.start_time) ?? 0,
      audio,
      otherVideoTracks: Math.max(0, pictures.length - 1),
      subtitles: streams.filter((stream) => stream.codec_type === 'subtitle').map(toSubtitleTrack),
      undecodableAudioTracks: sounds.length - audio.length,
    },
    containerSeconds: parseDecimal(format.duration),
    video: chosen === undefined ? undefined : toVideoTrack(chosen),
    // Only MP4 counts its samples; others write an estimate into their headers.
    promisedFrames: /\bmp4\b/.test(format.format_name) ? parseDecimal(chosen?.nb_frames) : undefined,
  };
}

function toVideoTrack(stream: Stream): NonNullable<Description['video']> {
  const { width, height } = stream;
  const timeBase = parseRational(stream.time_base);
  if (
    stream.codec_name === undefined ||
    stream.codec_name === 'unknown' ||
    !width ||
    !height ||
    timeBase === undefined
  ) {
    throw new CodedError('SOURCE_UNSUPPORTED', 'The video track is in a format that cannot be decoded.');
  }
  const sampleAspectRatio = positive(parseRational(stream.sample_aspect_ratio, ':')) ?? { num: 1, den: 1 };
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  // ffprobe counts counter-clockwise; only quarter turns are applied by players and by ffmpeg.
  const rotationDegrees = (((Math.round(-rotation / 90) * 90) % 360) + 360) % 360;
  const squareWidth = Math.max(1, Math.round((width * sampleAspectRatio.num) / sampleAspectRatio.den));
  const sideways = rotationDegrees % 180 === 90;
  const bitrate = parseDecimal(stream.bit_rate);
  const dolbyVision = stream.side_data_list?.find((data) => data.dv_profile !== undefined)?.dv_profile;
  if (dolbyVision === DOLBY_VISION_WITHOUT_BASE) {
    throw new CodedError(
      'SOURCE_UNSUPPORTED',
      'The picture is in Dolby Vision profile 5, which has no base layer that other players could show.',
    );
  }
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    codedWidth: width,
    codedHeight: height,
    sampleAspectRatio,
    rotationDegrees,
    displayWidth: sideways ? height : squareWidth,
    displayHeight: sideways ? squareWidth : height,
    pixelFormat: stream.pix_fmt ?? 'unknown',
    ...definedText({
      transfer: stream.color_transfer,
      primaries: stream.color_primaries,
      matrix: stream.color_space,
      range: stream.color_range,
    }),
    hdr:
      stream.color_transfer === 'smpte2084'
        ? 'pq'
        : stream.color_transfer === 'arib-std-b67'
          ? 'hlg'
          : 'none',
    ...fieldsOf(stream.field_order),
    ...(hasAlpha(stream) ? { hasAlpha: true } : {}),
    ...(dolbyVision === undefined ? {} : { dolbyVisionProfile: dolbyVision }),
    timeBase,
    ...(bitrate === undefined ? {} : { bitrateKbps: Math.round(bitrate / 1000) }),
  };
}

/** VP8 and VP9 keep transparency in a second layer, of which only a tag tells (https://www.webmproject.org/docs/container, AlphaMode). */
function hasAlpha({ pix_fmt: pixelFormat = '', tags = {} }: Stream): boolean {
  const mode = tags.alpha_mode ?? tags.ALPHA_MODE;
  return mode === '1' || /^(yuva|gbrap|ya\d|rgba|bgra|argb|abgr|pal8)/.test(pixelFormat);
}

/** Fields as the container or codec describes them. The second letter is the order of display, which is what counts. */
function fieldsOf(fieldOrder = ''): Pick<VideoTrack, 'interlaced' | 'fieldOrder'> {
  if (!/^[tb]{2}$/.test(fieldOrder)) return { interlaced: false };
  return { interlaced: true, fieldOrder: fieldOrder.endsWith('t') ? 'tff' : 'bff' };
}

function toAudioTrack(stream: Stream): AudioTrack[] {
  const sampleRateHz = parseDecimal(stream.sample_rate);
  if (stream.codec_name === undefined || stream.codec_name === 'unknown' || !stream.channels || !sampleRateHz)
    return [];
  const language = stream.tags?.language;
  const title = stream.tags?.title;
  const durationSeconds = parseDecimal(stream.duration);
  return [
    {
      streamIndex: stream.index,
      codec: stream.codec_name,
      channels: stream.channels,
      sampleRateHz,
      ...(language === undefined || language === 'und' ? {} : { language }),
      ...(title === undefined || title === '' ? {} : { title }),
      isDefault: stream.disposition?.default === 1,
      startSeconds: parseDecimal(stream.start_time) ?? 0,
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
    },
  ];
}

function toSubtitleTrack(stream: Stream): SubtitleTrack {
  const codec = stream.codec_name ?? 'unknown';
  const { language, title } = stream.tags ?? {};
  return {
    streamIndex: stream.index,
    codec,
    kind: TEXT_SUBTITLES.has(codec) ? 'text' : 'image',
    ...(language === undefined || language === 'und' ? {} : { language }),
    ...(title === undefined || title === '' ? {} : { title }),
    isDefault: stream.disposition?.default === 1,
    isForced: stream.disposition?.forced === 1,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A decimal number as ffprobe prints it; undefined for N/A and anything else. */
function parseDecimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  return Number(text);
}

/** A fraction as ffprobe prints it; undefined for 0/0 and anything else. */
function parseRational(text: string | undefined, separator = '/'): Rational | undefined {
  const [num, den, ...rest] = (text ?? '').split(separator).map((part) => parseDecimal(part));
  if (num === undefined || den === undefined || den <= 0 || rest.length > 0) return undefined;
  return { num, den };
}

function positive(fraction: Rational | undefined): Rational | undefined {
  return fraction !== undefined && fraction.num > 0 ? fraction : undefined;
}

/** Drops what ffprobe does not know. */
function definedText<K extends string>(texts: Record<K, string | undefined>): Partial<Record<K, string>> {
  const known = Object.entries<string | undefined>(texts).filter(
    ([, text]) => text !== undefined && text !== 'unknown',
  );
  return Object.fromEntries(known) as Partial<Record<K, string>>;
}
