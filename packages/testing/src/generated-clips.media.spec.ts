import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import {
  GENERATED_CLIPS,
  frameNumbers,
  generatedClip,
  type GeneratedClip,
  type GeneratedClipName,
} from './generated-clips.ts';
import { beepTimes, flashTimes } from './sync-marks.ts';
import { requireTool } from './tools.ts';

const names = Object.keys(GENERATED_CLIPS) as GeneratedClipName[];

/** What ffprobe says without decoding. */
const Description = z.object({
  format: z.object({ format_name: z.string(), start_time: z.coerce.number(), duration: z.coerce.number() }),
  streams: z.array(
    z.looseObject({
      codec_type: z.string(),
      codec_name: z.string().optional(),
      codec_tag_string: z.string(),
      disposition: z.record(z.string(), z.number()),
      tags: z.record(z.string(), z.string()).default({}),
    }),
  ),
  packets: z.array(
    z.object({
      codec_type: z.string(),
      stream_index: z.number(),
      pts_time: z.coerce.number().optional(),
      flags: z.string(),
    }),
  ),
});
type Stream = z.infer<typeof Description>['streams'][number];

interface Inspected {
  readonly path: string;
  readonly description: z.infer<typeof Description>;
  /** The streams of a kind. */
  streams(kind: 'video' | 'audio' | 'subtitle' | 'data'): Stream[];
  /** The picture. */
  readonly video: Stream | undefined;
}

async function run(tool: 'ffmpeg' | 'ffprobe', argv: readonly string[]): Promise<string> {
  const options = { maxBuffer: 64 << 20 };
  const { stdout, stderr } = await promisify(execFile)(requireTool(tool), argv, options);
  return stdout === '' ? stderr : stdout;
}

async function inspect(name: GeneratedClipName): Promise<Inspected> {
  const path = await generatedClip(name);
  const show = ['-show_format', '-show_streams', '-show_packets', '-of', 'json'];
  const description = Description.parse(JSON.parse(await run('ffprobe', ['-v', 'error', ...show, path])));
  const streams: Inspected['streams'] = (kind) =>
    description.streams.filter((stream) => stream.codec_type === kind);
  return { path, description, streams, video: streams('video')[expectedOf(name).pictureStream ?? 0] };
}

function expectedOf(name: GeneratedClipName): GeneratedClip['expected'] {
  return GENERATED_CLIPS[name].expected;
}

// Measured by decoding everything.

interface Track {
  readonly size: readonly [number, number];
  readonly sampleAspectRatio: number;
  readonly channels: string;
  /** Seconds of each frame, with how long it lasts and a hash of what is in it. */
  readonly frames: readonly { atSeconds: number; seconds: number; hash: string }[];
}

/** Decodes the picture and every sound. */
async function decode({ path, video, streams }: Inspected): Promise<{ video?: Track; audio: Track[] }> {
  const sounds = streams('audio').length;
  const isPicture = video !== undefined && video.disposition.attached_pic !== 1;
  const text = await run('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-copyts', '-i', path],
    ...(isPicture ? ['-map', `0:${String(video.index)}`] : []),
    ...['-map', '0:a?', '-fps_mode', 'passthrough', '-enc_time_base:v', 'demux', '-f', 'framemd5', '-'],
  ]);
  const tracks = Array.from({ length: sounds + (isPicture ? 1 : 0) }, (_, index) => toTrack(text, index));
  return isPicture ? { video: tracks[0]!, audio: tracks.slice(1) } : { audio: tracks };
}

function toTrack(text: string, index: number): Track {
  const header = (key: string): string => new RegExp(`^#${key} ${index}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const fraction = (fallback: string, key: string): number => {
    const [num, den] = (header(key) || fallback).split('/').map(Number);
    return num! / den!;
  };
  const timeBase = fraction('0/1', 'tb');
  const [width, height] = header('dimensions').split('x').map(Number);
  const frames = text.split('\n').flatMap((line) => {
    const [stream, , pts, duration, , hash] = line.split(',').map((part) => part.trim());
    if (stream !== `${index}` || hash === undefined) return [];
    return [{ atSeconds: Number(pts) * timeBase, seconds: Number(duration) * timeBase, hash }];
  });
  const sampleAspectRatio = fraction('1/1', 'sar') || 1;
  return {
    size: [width ?? 0, height ?? 0],
    sampleAspectRatio,
    channels: header('channel_layout_name'),
    frames,
  };
}

// Of ffmpeg's names only those that occur.
const CHANNELS: Readonly<Record<string, number>> = { mono: 1, stereo: 2, '5.1': 6, '7.1': 8 };

function endOf(track: Track): number {
  const last = track.frames.at(-1);
  return last === undefined ? NaN : last.atSeconds + last.seconds;
}

/** When each keyframe of the picture is shown, after the first. */
function keyframes({ description, video }: Inspected): number[] {
  const packets = description.packets.filter(({ stream_index }) => stream_index === video?.index);
  const start = Math.min(...packets.map(({ pts_time }) => pts_time ?? NaN));
  return packets.flatMap(({ flags, pts_time }) => (flags.startsWith('K') ? [(pts_time ?? NaN) - start] : []));
}

/** Types of the units in H.264 and HEVC, as often as each comes. */
async function units({ path }: Inspected): Promise<Readonly<Record<string, number>>> {
  const text = await run('ffmpeg', [
    ...['-nostdin', '-v', 'verbose', '-i', path, '-map', '0:v:0', '-c', 'copy', '-bsf:v', 'trace_headers'],
    ...['-f', 'null', '-'],
  ]);
  const counts: Record<string, number> = {};
  for (const [, type] of text.matchAll(/nal_unit_type\s.*= (\d+)$/gm)) {
    counts[type!] = (counts[type!] ?? 0) + 1;
  }
  return counts;
}

/** What the picture shows of its fields, in shares of all frames. */
async function fieldShares({
  path,
}: Inspected): Promise<{ top: number; bottom: number; progressive: number; repeated: number }> {
  const text = await run('ffmpeg', [
    '-nostdin',
    '-i',
    path,
    '-map',
    '0:v:0',
    '-vf',
    'idet',
    '-f',
    'null',
    '-',
  ]);
  const count = (line: string, key: string): number =>
    Number(
      new RegExp(`${line}:.*${key}: *(\\d+)`).exec(text.slice(text.lastIndexOf('Repeated Fields')))?.[1],
    );
  const line = 'Single frame detection';
  const [top, bottom, progressive] = [count(line, 'TFF'), count(line, 'BFF'), count(line, 'Progressive')];
  const repeats = count('Repeated Fields', 'Top') + count('Repeated Fields', 'Bottom');
  const all = repeats + count('Repeated Fields', 'Neither');
  return { top: top / all, bottom: bottom / all, progressive: progressive / all, repeated: repeats / all };
}

/** Whether the decoder calls the first frame interlaced, and with which field first. */
async function fieldFlags(clip: Inspected): Promise<'progressive' | 'top-first' | 'bottom-first'> {
  const frame = await firstFrame(clip);
  if (frame.interlaced_frame === 0) return 'progressive';
  return frame.top_field_first === 1 ? 'top-first' : 'bottom-first';
}

async function firstFrame({ path }: Inspected): Promise<Record<string, unknown>> {
  const argv = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_frames',
    '-read_intervals',
    '%+#1',
    '-of',
    'json',
  ];
  const shown = z.object({ frames: z.array(z.record(z.string(), z.unknown())) });
  return shown.parse(JSON.parse(await run('ffprobe', [...argv, path]))).frames[0] ?? {};
}

/** Seconds between one frame and the next. */
async function steps(clip: Inspected): Promise<number[]> {
  const frames = (await decode(clip)).video?.frames ?? [];
  return frames.slice(1).map(({ atSeconds }, index) => atSeconds - frames[index]!.atSeconds);
}

/** Frames that come after a keyframe and are shown before it. */
function leading({ description, video }: Inspected): number {
  let key = -Infinity;
  let count = 0;
  for (const { stream_index, pts_time = NaN, flags } of description.packets) {
    if (stream_index !== video?.index) continue;
    if (flags.startsWith('K')) key = pts_time;
    else if (pts_time < key) count += 1;
  }
  return count;
}

type Proof = (clip: Inspected) => void | Promise<void>;

/** What the flags say of the fields, and what the picture shows of them. */
function fielded(flagged: Awaited<ReturnType<typeof fieldFlags>>, shown: typeof flagged): Proof {
  return async (clip) => {
    expect(await fieldFlags(clip)).toBe(flagged);
    const { top, bottom, progressive } = await fieldShares(clip);
    const share = { 'top-first': top, 'bottom-first': bottom, progressive }[shown];
    expect(share).toBeGreaterThan(0.8);
  };
}

function picture(properties: Readonly<Record<string, unknown>>): Proof {
  return ({ video }) => expect(video).toMatchObject(properties);
}

function codecs(video: string, audio: string, container: string): Proof {
  return ({ streams, description }) => {
    expect([streams('video')[0]?.codec_name, streams('audio')[0]?.codec_name]).toEqual([video, audio]);
    expect(description.format.format_name).toContain(container);
  };
}

function rotation(degrees: number): Proof {
  const matrix: unknown = expect.objectContaining({ rotation: degrees });
  return picture({ side_data_list: expect.arrayContaining([matrix]) });
}

function coloured(name: GeneratedClipName, more: Readonly<Record<string, unknown>> = {}): Proof {
  return ({ video }) => {
    const tag = (key: string): unknown => video?.[key] ?? 'unknown';
    expect(['color_primaries', 'color_transfer', 'color_space', 'color_range'].map(tag)).toEqual(
      expectedOf(name).colour ?? ['unknown', 'unknown', 'unknown', 'unknown'],
    );
    expect(video).toMatchObject(more);
  };
}

function sounds(...properties: Readonly<Record<string, unknown>>[]): Proof {
  return ({ streams }) => expect(streams('audio')).toMatchObject(properties);
}

/** Start and end of the sound, from those of the picture. */
function audioAgainstPicture(start: number, end: number): Proof {
  return async (clip) => {
    const { video, audio } = await decode(clip);
    const sound = audio[0]!;
    expect(sound.frames[0]!.atSeconds - video!.frames[0]!.atSeconds).toBeCloseTo(start, 1);
    expect(endOf(sound) - endOf(video!)).toBeCloseTo(end, 1);
  };
}

/** Seconds from the end of each frame to the start of the next. */
function holes({ frames }: Track): number[] {
  return frames.slice(1).map(({ atSeconds }, index) => {
    const before = frames[index]!;
    return atSeconds - before.atSeconds - before.seconds;
  });
}

function subtitles(codec: string): Proof {
  return ({ streams, description, path }) => {
    const name = names.find((each) => path.endsWith(each))!;
    const { textSubtitles, imageSubtitles } = expectedOf(name);
    const tracks = streams('subtitle');
    expect(tracks.map(({ codec_name }) => codec_name)).toEqual(tracks.map(() => codec));
    if (textSubtitles !== undefined) expect(tracks.map(({ tags }) => tags.language)).toEqual(textSubtitles);
    else expect(tracks).toHaveLength(imageSubtitles ?? 0);
    expect(description.packets.filter(({ codec_type }) => codec_type === 'subtitle')).not.toEqual([]);
  };
}

function startsAt(seconds: number): Proof {
  return ({ description }) => expect(description.format.start_time).toBeCloseTo(seconds, 0);
}

const anyCover: unknown = expect.objectContaining({ attached_pic: 1 });

/** Shows of each clip that its trap is in it. */
const PROOFS: Readonly<Record<GeneratedClipName, Proof>> = {
  'rotated-90.mp4': rotation(-90),
  'rotated-180.mp4': rotation(-180),
  'rotated-270.mov': rotation(90),
  'rotated-anamorphic.mp4': async (clip) => {
    await rotation(-90)(clip);
    expect(clip.video).toMatchObject({ width: 150, height: 120, sample_aspect_ratio: '4:3' });
  },
  'sar-8-9.mp4': picture({ width: 180, sample_aspect_ratio: '8:9' }),
  'sar-4-3.mkv': picture({ width: 240, sample_aspect_ratio: '4:3' }),
  'odd-size-4-2-0.webm': picture({ width: 321, height: 239, pix_fmt: 'yuv420p' }),
  'odd-size-4-4-4.mp4': picture({ width: 321, height: 239, pix_fmt: 'yuv444p' }),

  'vfr-gaps.mp4': async (clip) => {
    const lengths = await steps(clip);
    expect(Math.max(...lengths)).toBeCloseTo(1, 3);
    expect(new Set(lengths.map((length) => length.toFixed(2))).size).toBeGreaterThan(2);
  },
  'vfr-jitter.mkv': async (clip) => {
    expect(new Set((await steps(clip)).map((length) => length.toFixed(3))).size).toBeGreaterThan(3);
  },
  'rate-23-976.mp4': picture({ r_frame_rate: '24000/1001', avg_frame_rate: '24000/1001' }),
  'rate-50.ts': picture({ r_frame_rate: '50/1', avg_frame_rate: '50/1' }),
  'rate-59-94.mp4': picture({ r_frame_rate: '60000/1001', avg_frame_rate: '60000/1001' }),
  'rate-120.mp4': picture({ r_frame_rate: '120/1' }),
  'rate-1000.mp4': picture({ r_frame_rate: '1000/1' }),
  'rate-90000.mp4': picture({ r_frame_rate: '90000/1' }),

  'start-600s.ts': startsAt(601),
  'start-5s.mkv': startsAt(5),
  'negative-start.ts': ({ description }) => {
    expect(description.format.start_time).toBeLessThan(-1);
    expect(description.format.start_time + description.format.duration).toBeGreaterThan(1);
  },
  'negative-preroll.mp4': (clip) => {
    const times = clip.description.packets.map(({ pts_time }) => pts_time ?? NaN);
    expect(Math.min(...times)).toBeLessThan(-1);
  },

  'one-keyframe.mkv': (clip) => expect(keyframes(clip)).toEqual([0]),
  'keyframe-every-60s.mp4': (clip) => expect(keyframes(clip)).toEqual([0, 60]),
  'open-gop-h264.mp4': async (clip) => {
    // Type 5 is an instantaneous refresh: the other keyframes are none.
    expect((await units(clip))['5']).toBe(1);
    expect(keyframes(clip).length).toBeGreaterThan(3);
    expect(leading(clip)).toBeGreaterThan(3);
  },
  'open-gop-hevc.mp4': async (clip) => {
    // 21: CRA; 8 and 9: RASL (table 7-1 of H.265).
    const { '21': clean, '8': skipped = 0, '9': skippedToo = 0 } = await units(clip);
    expect(clean).toBeGreaterThan(2);
    expect(skipped + skippedToo).toBeGreaterThan(2);
  },
  'long-gop.ts': (clip) =>
    expect(keyframes(clip).map((at) => Math.round(at * 1000) / 1000)).toEqual([0, 10, 20]),
  'fragmented-live.mp4': async ({ description, path }) => {
    expect(description.format.duration).toBeGreaterThan(3600);
    expect(description.format.start_time).toBeGreaterThan(3599);
    expect((await readFile(path)).includes('moof')).toBe(true);
  },
  'two-videos.mkv': ({ streams }) => {
    expect(streams('video').map(({ disposition }) => disposition.default)).toEqual([0, 1]);
    expect(streams('video').map((stream) => stream.width)).toEqual([160, 96]);
  },
  'cover-art.mp4': ({ streams }) => {
    expect(streams('video')).toMatchObject([{ width: 160 }, { width: 300, disposition: anyCover }]);
  },
  'audio-with-cover.m4a': ({ streams }) => {
    expect(streams('video')).toMatchObject([{ disposition: anyCover }]);
    expect(streams('audio')).toHaveLength(1);
  },
  'timecode.mov': ({ streams }) => {
    expect(streams('data').map(({ codec_tag_string }) => codec_tag_string)).toEqual(['tmcd']);
  },
  'data-track.ts': ({ streams }) => {
    expect(streams('data').map(({ codec_name }) => codec_name)).toEqual(['bin_data']);
  },

  'interlaced-top-first.mp4': fielded('top-first', 'top-first'),
  'interlaced-bottom-first.mkv': fielded('bottom-first', 'bottom-first'),
  'interlaced-open-gop.ts': async (clip) => {
    await fielded('top-first', 'top-first')(clip);
    expect(keyframes(clip).length).toBeGreaterThan(4);
    expect(leading(clip)).toBeGreaterThan(8);
  },
  'interlaced-flagged-progressive.mp4': fielded('progressive', 'top-first'),
  'progressive-flagged-interlaced.mp4': fielded('top-first', 'progressive'),
  'telecined.mkv': async (clip) => {
    const shares = await fieldShares(clip);
    // Two frames of five are woven of two, and each such pair repeats two fields.
    expect(shares.repeated).toBeGreaterThan(0.3);
    expect(shares.progressive).toBeGreaterThan(0.1);
    expect(clip.video).toMatchObject({ r_frame_rate: '30000/1001' });
  },

  '10-bit-h264.mp4': picture({ codec_name: 'h264', pix_fmt: 'yuv420p10le' }),
  '10-bit-hevc.mp4': picture({ codec_name: 'hevc', pix_fmt: 'yuv420p10le' }),
  '4-2-2.mp4': picture({ pix_fmt: 'yuv422p' }),
  '4-2-2-10-bit.mp4': picture({ pix_fmt: 'yuv422p10le' }),
  '4-4-4.mp4': picture({ pix_fmt: 'yuv444p' }),
  'rgb.mp4': coloured('rgb.mp4', { codec_name: 'h264', pix_fmt: 'gbrp' }),
  'vp9-alpha.webm': ({ video }) => expect(video?.tags).toMatchObject({ alpha_mode: '1' }),
  'prores-4444-alpha.mov': picture({ codec_name: 'prores', pix_fmt: expect.stringMatching(/^yuva444p/) }),

  'full-range.mp4': coloured('full-range.mp4', { pix_fmt: 'yuvj420p' }),
  'bt601-525.mp4': coloured('bt601-525.mp4'),
  'bt601-625.mp4': coloured('bt601-625.mp4'),
  'bt709.mp4': coloured('bt709.mp4'),
  'bt2020-sdr.mp4': coloured('bt2020-sdr.mp4', { pix_fmt: 'yuv420p10le' }),
  'untagged-sd.mp4': coloured('untagged-sd.mp4', { height: 144 }),
  'hdr10-hevc.mp4': async (clip) => {
    await coloured('hdr10-hevc.mp4', { pix_fmt: 'yuv420p10le' })(clip);
    const described: unknown = expect.arrayContaining([
      expect.objectContaining({ side_data_type: 'Mastering display metadata', red_x: '34000/50000' }),
      expect.objectContaining({ max_content: 1000, max_average: 400 }),
    ]);
    expect(await firstFrame(clip)).toMatchObject({ side_data_list: described });
  },
  'hlg-hevc.mp4': coloured('hlg-hevc.mp4', { pix_fmt: 'yuv420p10le' }),

  'no-audio.mp4': sounds(),
  'audio-shorter.mp4': audioAgainstPicture(0, -1.5),
  'audio-longer.mp4': audioAgainstPicture(0, 2),
  'audio-late.mp4': audioAgainstPicture(1.5, 0),
  'audio-late.ts': audioAgainstPicture(1.5, 0),
  'audio-early.mp4': audioAgainstPicture(-0.6, 0),
  'audio-gap.mkv': async (clip) => {
    expect(Math.max(...holes((await decode(clip)).audio[0]!))).toBeCloseTo(1, 1);
  },
  'audio-holes.mkv': async (clip) => {
    const missing = holes((await decode(clip)).audio[0]!).filter((seconds) => seconds > 0.01);
    expect(missing.map((seconds) => Math.round(seconds * 100))).toEqual([6, 6, 6]);
  },
  'audio-drift.mkv': async (clip) => {
    const [sound] = (await decode(clip)).audio;
    expect(Math.max(...holes(sound!))).toBeLessThan(0.005);
    const held = sound!.frames.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(endOf(sound!) - held).toBeCloseTo(0.075, 2);
  },
  'audio-44-1.mp4': sounds({ sample_rate: '44100' }),
  'languages.mkv': sounds(
    { tags: { language: 'eng' }, disposition: { default: 0 } },
    { tags: { language: 'ger' }, disposition: { default: 1 } },
    { tags: { language: 'fre', title: 'Commentaire' }, disposition: { default: 0, comment: 1 } },
  ),
  'mono.mp4': sounds({ channels: 1 }),
  'surround-5-1.mp4': sounds({ channels: 6, channel_layout: '5.1' }),
  'surround-7-1.mp4': sounds({ channels: 8, channel_layout: '7.1' }),

  'mpeg2-ac3.ts': codecs('mpeg2video', 'ac3', 'mpegts'),
  'mpeg2-mp2.ts': codecs('mpeg2video', 'mp2', 'mpegts'),
  'mpeg4-mp3.avi': codecs('mpeg4', 'mp3', 'avi'),
  'prores-pcm.mov': codecs('prores', 'pcm_s16le', 'mov'),
  'ffv1-flac.mkv': codecs('ffv1', 'flac', 'matroska'),
  'pcm-24.mov': codecs('h264', 'pcm_s24le', 'mov'),

  'subtitles-srt.mkv': subtitles('subrip'),
  'subtitles-mov-text.mp4': subtitles('mov_text'),
  'subtitles-ass.mkv': subtitles('ass'),
  'subtitles-dvd.mkv': subtitles('dvd_subtitle'),
  'subtitles-pgs.mkv': subtitles('hdmv_pgs_subtitle'),
  'subtitles-dvb.ts': subtitles('dvb_subtitle'),
};

describe.each(names)('%s', (name) => {
  const expected = expectedOf(name);

  it(`has its trap: ${GENERATED_CLIPS[name].trap}`, async () => {
    await PROOFS[name](await inspect(name));
  });

  it('decodes to what is expected of it', async () => {
    const clip = await inspect(name);
    const { video, audio } = await decode(clip);
    const start = video?.frames[0]?.atSeconds ?? 0;

    expect(video?.frames.length ?? 0).toBe(expected.frames);
    expect((video?.frames.at(-1)?.atSeconds ?? 0) - start).toBeCloseTo(expected.spanSeconds, 2);
    const [width, height] = video?.size ?? [0, 0];
    const { displayWidth, displayHeight } = expected;
    if (video !== undefined) {
      expect(displayWidth / displayHeight).toBeCloseTo((width * video.sampleAspectRatio) / height, 2);
      // Samples are made square by their width, before turning.
      expect([displayWidth, displayHeight]).toContain(clip.video?.height);
    }

    expect(audio.map((track) => CHANNELS[track.channels])).toEqual(
      expected.audio.map(({ channels }) => channels),
    );
    for (const [index, track] of audio.entries()) {
      const from = track.frames[0]?.atSeconds ?? NaN;
      // Encoders of sound work in blocks, and only some containers tell of what was added at the ends.
      expect(Math.abs(from - start - expected.audio[index]!.offsetSeconds)).toBeLessThan(0.04);
      expect(Math.abs(endOf(track) - from - expected.audio[index]!.seconds)).toBeLessThan(0.05);
    }
    const called = clip.streams('audio').map(({ tags, disposition }) => ({
      language: tags.language ?? 'und',
      isDefault: disposition.default === 1,
    }));
    expect(called).toMatchObject(
      expected.audio.map(({ language, isDefault }) => ({
        language: language ?? 'und',
        ...(isDefault === undefined ? {} : { isDefault }),
      })),
    );
  });
});

// Frames of telecined film are woven of two.
const countable = names.filter(
  (name) => expectedOf(name).frames > 0 && expectedOf(name).scan !== 'telecined',
);

it.each(countable)('every frame of %s shows its number', async (name) => {
  const { path, video } = await inspect(name);
  const numbers = await frameNumbers(path, {
    stream: `0:${String(video?.index)}`,
    turnedDegrees: expectedOf(name).turnedDegrees ?? 0,
  });
  expect(numbers).toHaveLength(expectedOf(name).frames);
  // Some clips leave frames out on purpose.
  expect(numbers.filter((number, index) => index > 0 && number <= numbers[index - 1]!)).toEqual([]);
});

const withBoth = names.filter((name) => expectedOf(name).frames > 0 && expectedOf(name).audio.length > 0);

it.each(withBoth)('%s flashes when it beeps', async (name) => {
  const { path, video } = await inspect(name);
  const flashes = await flashTimes(path, `0:${String(video?.index)}`);
  const beeps = await beepTimes(path);
  // Sound may go on without a picture.
  const shown = beeps.filter((at) => at < flashes.at(-1)! + 0.5);
  expect(shown.length).toBeGreaterThan(0);
  for (const beep of shown) {
    // A frame, or what an encoder of sound adds.
    expect(Math.min(...flashes.map((flash) => Math.abs(flash - beep)))).toBeLessThan(0.045);
  }
});
