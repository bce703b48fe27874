import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from './tools.ts';

/** An audio track that a correct transcode keeps. */
export interface ExpectedAudio {
  readonly channels: number;
  /** From the first frame of the picture to the track's first sample; negative where sound comes first. */
  readonly offsetSeconds: number;
  /** From the first sample to the end of the last. */
  readonly seconds: number;
  readonly language?: string;
  /** Whether the container calls it the default; left out where there is only one. */
  readonly isDefault?: boolean;
}

/** How the pictures were really taken, whatever the flags say. */
export type Scan = 'progressive' | 'top-first' | 'bottom-first' | 'telecined';

/** Clockwise. */
export type Turn = 0 | 90 | 180 | 270;

/** What a correct transcode keeps of a clip, as measured by decoding all of it. */
export interface ExpectedOfClip {
  /** Frames that decode; 0 for sound alone. Interlaced frames are counted whole, and so are telecined ones. */
  readonly frames: number;
  /** From the presentation of the first frame to that of the last. */
  readonly spanSeconds: number;
  /** Size on a screen of square pixels, rotated; 0 for sound alone. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** How far a player turns the coded picture; upright unless said. */
  readonly turnedDegrees?: Turn;
  readonly audio: readonly ExpectedAudio[];
  /** Progressive unless said. */
  readonly scan?: Scan;
  /** Which of the video streams is the picture, counted without cover art; the first unless said. */
  readonly pictureStream?: number;
  /** Languages of the subtitles that can become WebVTT. */
  readonly textSubtitles?: readonly string[];
  /** Subtitle tracks that are pictures. */
  readonly imageSubtitles?: number;
  /** Tags as ffprobe names them: primaries, transfer, matrix, range. Left out where nothing is tagged. */
  readonly colour?: readonly [primaries: string, transfer: string, matrix: string, range: string];
}

/** A clip that is made when it is needed. */
export interface GeneratedClip {
  /** What is awkward about it, in one line. */
  readonly trap: string;
  /** Arguments of ffmpeg, step by step; files have plain names in one folder, the last step's is the clip's name. */
  readonly steps: readonly (readonly string[])[];
  readonly expected: ExpectedOfClip;
}

type Steps = readonly (readonly string[])[];

function clip(trap: string, expected: ExpectedOfClip, ...steps: Steps): GeneratedClip {
  return { trap, steps, expected };
}

// Sources: pictures that move. The upper three quarters flash in the frame of each whole second, a beep of 0.1 s
// starts with it, and the lowest eighth is each frame's number in black and white.

const NUMBER_BITS = 12;

/** Draws a frame's number, the lowest bit at the left. */
function numbered(divisor: number): string[] {
  const bits = Array.from({ length: NUMBER_BITS }, (_, bit) => {
    const box = `x=iw*${bit}/${NUMBER_BITS}:y=ih*7/8:w=iw/${NUMBER_BITS}:h=ih/8+1`;
    return `drawbox=${box}:color=white:thickness=fill:enable='mod(floor(n/${divisor * 2 ** bit}),2)'`;
  });
  return ['drawbox=y=ih*7/8:h=ih/8+1:color=black:thickness=fill', ...bits];
}

interface Picture {
  readonly source?: string;
  readonly size?: string;
  /** Frames a second, as ffmpeg writes fractions. */
  readonly rate?: string;
  readonly seconds?: number;
  /** How many of these pictures make a frame: two, where they are fields. */
  readonly picturesPerFrame?: number;
  /** Filters after flash and number. */
  readonly filters?: string;
}

function graph({ source, size, rate, seconds, picturesPerFrame = 1, filters }: Picture = {}): string {
  const fps = rate ?? '25';
  return [
    `${source ?? 'testsrc2'}=size=${size ?? '160x90'}:rate=${fps}`,
    `trim=end=${seconds ?? 4}`,
    `drawbox=h=ih*3/4:color=white:thickness=fill:enable='lt(mod(t+0.0001,1)*${fps}/${picturesPerFrame},1)'`,
    ...numbered(picturesPerFrame),
    ...(filters === undefined ? [] : [filters]),
  ].join(',');
}

function picture(options: Picture = {}): string[] {
  return ['-f', 'lavfi', '-i', graph(options)];
}

/** Beeps, in every channel at a pitch of its own. */
function sound(
  options: { seconds?: number; layout?: string; channels?: number; hertz?: number; filters?: string } = {},
): string[] {
  const pitches = Array.from(
    { length: options.channels ?? 1 },
    (_, channel) => (options.hertz ?? 1000) + 100 * channel,
  );
  const beeps = pitches.map((hertz) => `0.4*sin(2*PI*${hertz}*t)*lt(mod(t,1),0.1)`).join('|');
  const filters = options.filters === undefined ? '' : `,${options.filters}`;
  return [
    '-f',
    'lavfi',
    '-i',
    `aevalsrc=exprs='${beeps}':c=${options.layout ?? 'mono'}:s=48000:d=${options.seconds ?? 4}${filters}`,
  ];
}

// Encoders, each alone and bit-exact on any CPU as far as it can be.

const EXACT = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'];
const AAC = ['-c:a', 'aac', '-b:a', '64k'];
const INTERLACED = ['-flags:v', '+bitexact+ildct+ilme'];

function x264(params = '', pixelFormat = 'yuv420p'): string[] {
  const all = ['cpu-independent=1', ...(params === '' ? [] : [params])].join(':');
  const fixed = ['-preset', 'veryfast', '-threads', '1', '-x264-params', all, '-pix_fmt', pixelFormat];
  return [...EXACT, '-c:v', 'libx264', ...fixed];
}

function x265(params = '', pixelFormat = 'yuv420p'): string[] {
  const fixed = 'log-level=none:info=0:pools=1:frame-threads=1';
  const all = [fixed, ...(params === '' ? [] : [params])].join(':');
  const rest = ['-preset', 'ultrafast', '-x265-params', all, '-pix_fmt', pixelFormat, '-tag:v', 'hvc1'];
  return [...EXACT, '-c:v', 'libx265', ...rest];
}

const MPEG2 = [...EXACT, '-c:v', 'mpeg2video', '-threads', '1', '-q:v', '4', '-pix_fmt', 'yuv420p'];

/** Converts to a colour matrix and says so, with primaries, transfer and range. */
function colour(primaries: string, transfer: string, matrix: string, range: 'tv' | 'pc'): string {
  return [
    'format=gbrp',
    `scale=out_color_matrix=${matrix === 'bt2020nc' ? 'bt2020' : matrix}:out_range=${range}`,
    'format=yuv444p10',
    `setparams=color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}:range=${range}`,
  ].join(',');
}

const KEEP_TIMES = ['-fps_mode', 'passthrough'];
// The source itself has even sizes only.
const ODD = 'format=yuv444p,crop=321:239:0:0';
/** Without more: 160x90, 25 frames a second for 4 s, H.264 and mono AAC. */
const PLAIN = [...picture(), ...sound(), ...x264(), ...AAC];
const SILENT = [...picture(), ...x264()];

const SOUND: ExpectedAudio = { channels: 1, offsetSeconds: 0, seconds: 4 };
const KEPT: ExpectedOfClip = {
  frames: 100,
  spanSeconds: 3.96,
  displayWidth: 160,
  displayHeight: 90,
  audio: [SOUND],
};
const KEPT_SILENT: ExpectedOfClip = { ...KEPT, audio: [] };

function withAudio(...audio: ExpectedAudio[]): ExpectedOfClip {
  return { ...KEPT, audio };
}

function sized(displayWidth: number, displayHeight: number, base = KEPT_SILENT): ExpectedOfClip {
  return { ...base, displayWidth, displayHeight };
}

function timed(frames: number, spanSeconds: number, base = KEPT): ExpectedOfClip {
  return { ...base, frames, spanSeconds };
}

function rotated(clockwiseDegrees: number, ...first: string[]): Steps {
  return [
    [...first, 'upright.mp4'],
    ['-display_rotation', `${-clockwiseDegrees}`, '-i', 'upright.mp4', '-c', 'copy', ...EXACT],
  ];
}

/** Two fields a frame, each of its own instant: 25 frames a second from 50. */
function fields(first: 'top' | 'bottom', flag: 'tff' | 'bff' | 'prog', size = '160x120'): string[] {
  const filters = `tinterlace=interleave_${first},setfield=${flag}`;
  return picture({ size, rate: '50', picturesPerFrame: 2, filters });
}

function coloured(...tags: Parameters<typeof colour>): string[] {
  return picture({ filters: colour(...tags) });
}

function tagged(...tags: NonNullable<ExpectedOfClip['colour']>): ExpectedOfClip {
  return { ...KEPT_SILENT, colour: tags };
}

function inline(format: string, text: string): string[] {
  return ['-f', format, '-i', `data:text/plain,${text}`];
}

const ENGLISH = '1\n00:00:01,000 --> 00:00:02,000\nOne second\n\n2\n00:00:03,000 --> 00:00:03,500\nThree\n';
const GERMAN =
  '1\n00:00:01,000 --> 00:00:02,000\nEine Sekunde\n\n2\n00:00:03,000 --> 00:00:03,500\nDrei für alle\n';
const STYLED = [
  '[Script Info]',
  'ScriptType: v4.00+',
  '',
  '[V4+ Styles]',
  'Format: Name, Fontname, Fontsize, PrimaryColour, Alignment',
  'Style: Default,Sans,18,&H00FFFFFF,2',
  '',
  '[Events]',
  'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
  'Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\b1}One{\\b0} second',
  'Dialogue: 0,0:00:03.00,0:00:03.50,Default,,0,0,0,,Three',
  '',
].join('\n');

/** A white bar of 32x8 in a picture of 160x90 from 1 s to 2 s, as Blu-ray discs keep subtitles (PGS). */
const BAR =
  'UEcAAV+QAAAAABYAEwCgAFoQAACAAAABAAAAAABAAE5QRwABX5AAAAAAFwAKAQAAQABOACAACFBHAAFfkAAAAAAUAAcAAAHrgID/UEcAAV+QAAAAABUAMwAAAMAAACwAIAAIAKABAAAAoAEAAACgAQAAAKABAAAAoAEAAACgAQAAAKABAAAAoAEAAFBHAAFfkAAAAACAAABQRwACvyAAAAAAFgALAKAAWhAAAQAAAABQRwACvyAAAAAAFwAKAQAAQABOACAACFBHAAK/IAAAAACAAAA=';
// The demuxer counts from the first subtitle; the second puts it back.
const DRAWN = ['-itsoffset', '1', '-f', 'sup', '-i', `data:application/octet-stream;base64,${BAR}`];
const BOTH = ['-map', '0', '-map', '1'];
const COVER = [...picture({ size: '300x300', source: 'mandelbrot', seconds: 1 }), ...EXACT, '-frames:v', '1'];
const HOLES = [0.5, 1.5, 2.5].map((at) => `not(between(t,${at - 0.005},${at + 0.054}))`);
const LANGUAGES = ['-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=deu'];

// A decoder that begins at such a keyframe finds frames before it that need the group before.
const OPEN_GOPS = 'open-gop=1:scenecut=0:b-adapt=0:bframes=3:keyint=24:min-keyint=24';
const MASTERED =
  'hdr10=1:repeat-headers=1:max-cll=1000,400:' +
  'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)';

/** One clip for each trap that no file of `clips/` has. */
export const GENERATED_CLIPS = {
  // Shape
  'rotated-90.mp4': clip(
    'A display matrix turns it 90 degrees clockwise',
    { ...sized(90, 160, KEPT), turnedDegrees: 90 },
    ...rotated(90, ...PLAIN),
  ),
  'rotated-180.mp4': clip(
    'A display matrix turns it upside down',
    { ...KEPT, turnedDegrees: 180 },
    ...rotated(180, ...PLAIN),
  ),
  'rotated-270.mov': clip(
    'A display matrix turns it 90 degrees counter-clockwise, in QuickTime',
    { ...sized(90, 160, KEPT), turnedDegrees: 270 },
    ...rotated(270, ...PLAIN),
  ),
  'rotated-anamorphic.mp4': clip(
    'Samples of 4:3 that are turned too: their width becomes height',
    { ...sized(120, 200), turnedDegrees: 90 },
    ...rotated(90, ...picture({ size: '150x120', filters: 'setsar=4/3' }), ...x264()),
  ),
  'sar-8-9.mp4': clip('Narrow samples, as of NTSC on 4:3 screens', sized(160, 120), [
    ...picture({ size: '180x120', filters: 'setsar=8/9' }),
    ...x264(),
  ]),
  'sar-4-3.mkv': clip('Wide samples, as of HDV, in Matroska', sized(320, 180), [
    ...picture({ size: '240x180', filters: 'setsar=4/3' }),
    ...x264(),
  ]),
  'odd-size-4-2-0.webm': clip('Odd width and height with halved chroma', sized(321, 239), [
    ...picture({ size: '322x240', filters: ODD }),
    ...EXACT,
    ...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k'],
    ...['-threads', '1', '-pix_fmt', 'yuv420p'],
  ]),
  'odd-size-4-4-4.mp4': clip('Odd width and height with full chroma', sized(321, 239), [
    ...picture({ size: '322x240', filters: ODD }),
    ...x264('', 'yuv444p'),
  ]),

  // Time
  'vfr-gaps.mp4': clip('Irregular frames, with a gap of more than a second', timed(50, 3.96), [
    // Whole seconds are kept: the flashes are in them.
    ...picture({ filters: "select='not(mod(n,25))+not(mod(n,3))*lt(n,26)+gt(n,60)'" }),
    ...sound(),
    ...KEEP_TIMES,
    ...x264(),
    ...AAC,
  ]),
  'vfr-jitter.mkv': clip('Every frame up to 9 ms late, in whole milliseconds', timed(100, 3.965), [
    ...picture({ filters: "settb=1/1000,setpts='PTS+mod(N*7,10)*gt(mod(N,25),0)'" }),
    ...sound(),
    ...KEEP_TIMES,
    ...['-enc_time_base', '1:1000'],
    ...x264(),
    ...AAC,
  ]),
  'rate-23-976.mp4': clip('24000/1001 frames a second', timed(96, 3.965), [
    ...picture({ rate: '24000/1001' }),
    ...sound(),
    ...x264(),
    ...AAC,
  ]),
  'rate-50.ts': clip('50 frames a second, in MPEG-TS', timed(200, 3.98), [
    ...picture({ rate: '50' }),
    ...sound(),
    ...x264('scenecut=0:keyint=90:min-keyint=90'),
    ...AAC,
  ]),
  'rate-59-94.mp4': clip('60000/1001 frames a second', timed(240, 3.987), [
    ...picture({ rate: '60000/1001' }),
    ...sound(),
    ...x264(),
    ...AAC,
  ]),
  'rate-120.mp4': clip('120 frames a second', timed(480, 3.992), [
    ...picture({ rate: '120' }),
    ...sound(),
    ...x264(),
    ...AAC,
  ]),
  'rate-1000.mp4': clip('Time base and jitter make the nominal rate 1000/1', timed(100, 3.976), [
    ...picture({ filters: "settb=1/1000,setpts='PTS+round(28*random(0))*gt(mod(N,25),0)'" }),
    ...sound(),
    ...KEEP_TIMES,
    ...['-enc_time_base:v', '1:1000'],
    ...x264(),
    ...AAC,
    ...['-video_track_timescale', '1000'],
  ]),
  'rate-90000.mp4': clip('Time base and jitter make the nominal rate 90000/1', timed(100, 3.976), [
    ...picture({ filters: "settb=1/90000,setpts='PTS+mod(N*997,1801)*gt(mod(N,25),0)'" }),
    ...sound(),
    ...KEEP_TIMES,
    ...['-enc_time_base:v', '1:90000'],
    ...x264(),
    ...AAC,
    ...['-video_track_timescale', '90000'],
  ]),

  // Start
  'start-600s.ts': clip('MPEG-TS that starts at ten minutes', KEPT, [...PLAIN, '-output_ts_offset', '600']),
  'start-5s.mkv': clip('Matroska that starts at five seconds', KEPT, [...PLAIN, '-output_ts_offset', '5']),
  'negative-start.ts': clip(
    'The 33-bit clock of MPEG-TS wraps within: ffmpeg makes the start negative',
    KEPT,
    [...PLAIN, '-output_ts_offset', '95440'],
  ),
  'negative-preroll.mp4': clip(
    'Packets before time zero that an edit list hides, from the keyframe on',
    timed(57, 2.24, withAudio({ ...SOUND, seconds: 2.3 })),
    [...picture(), ...sound(), ...x264('scenecut=0'), ...AAC, 'whole.mp4'],
    ['-ss', '1.7', '-i', 'whole.mp4', '-c', 'copy', ...EXACT],
  ),

  // Keyframes and containers
  'one-keyframe.mkv': clip(
    'No keyframe but the first',
    timed(200, 7.96, withAudio({ ...SOUND, seconds: 8 })),
    [...picture({ seconds: 8 }), ...sound({ seconds: 8 }), ...x264('scenecut=0:keyint=infinite'), ...AAC],
  ),
  'keyframe-every-60s.mp4': clip(
    'A keyframe a minute',
    sized(64, 36, timed(1680, 69.958, withAudio({ ...SOUND, seconds: 70 }))),
    [
      ...picture({ size: '64x36', rate: '24', seconds: 70 }),
      ...sound({ seconds: 70 }),
      ...x264('scenecut=0:keyint=1440:min-keyint=1440'),
      ...AAC,
    ],
  ),
  'open-gop-h264.mp4': clip('H.264 with recovery points that frames before them lean over', KEPT, [
    ...picture(),
    ...sound(),
    ...x264(OPEN_GOPS),
    ...AAC,
  ]),
  'open-gop-hevc.mp4': clip('HEVC with CRA pictures and the RASL pictures that depend on more', KEPT, [
    ...picture(),
    ...sound(),
    ...x265(OPEN_GOPS),
    ...AAC,
  ]),
  'long-gop.ts': clip(
    'MPEG-TS with a keyframe every 10 s, where seeking misses',
    timed(600, 24.958, withAudio({ ...SOUND, seconds: 25 })),
    [
      ...picture({ rate: '24', seconds: 25 }),
      ...sound({ seconds: 25 }),
      ...x264('scenecut=0:keyint=240:min-keyint=240'),
      ...AAC,
    ],
  ),
  'fragmented-live.mp4': clip(
    'Fragments of an hour-old live stream: a duration of an hour for 4 s',
    KEPT,
    [...PLAIN, 'whole.mp4'],
    [
      ...['-copyts', '-i', 'whole.mp4', '-c', 'copy', ...EXACT, '-output_ts_offset', '3600'],
      ...['-movflags', '+delay_moov+frag_keyframe+default_base_moof+frag_discont'],
    ],
  ),
  'two-videos.mkv': clip(
    'Two video streams; the second, smaller one is the default',
    { ...sized(96, 64, timed(75, 2.96, withAudio({ ...SOUND, seconds: 3 }))), pictureStream: 1 },
    [
      ...picture({ size: '160x120', seconds: 3, source: 'mandelbrot' }),
      ...picture({ size: '96x64', seconds: 3 }),
      ...sound({ seconds: 3 }),
      ...['-map', '0', '-map', '1', '-map', '2'],
      ...x264(),
      ...AAC,
      ...['-disposition:v:0', '0', '-disposition:v:1', 'default'],
    ],
  ),
  'cover-art.mp4': clip(
    'Cover art, larger than the picture',
    KEPT,
    [...PLAIN, 'whole.mp4'],
    [...COVER, 'cover.jpg'],
    [
      ...['-i', 'whole.mp4', '-i', 'cover.jpg', '-map', '0', '-map', '1', '-c', 'copy', ...EXACT],
      ...['-disposition:v:1', 'attached_pic'],
    ],
  ),
  'audio-with-cover.m4a': clip(
    'Sound with cover art and no picture',
    { ...withAudio(SOUND), frames: 0, spanSeconds: 0, displayWidth: 0, displayHeight: 0 },
    [...sound(), ...EXACT, ...AAC, 'sound.m4a'],
    [...COVER, 'cover.jpg'],
    [
      ...['-i', 'sound.m4a', '-i', 'cover.jpg', '-map', '0', '-map', '1', '-c', 'copy', ...EXACT],
      ...['-disposition:v', 'attached_pic'],
    ],
  ),
  'timecode.mov': clip('A timecode track, which is data', KEPT, [...PLAIN, '-timecode', '01:00:00:00']),
  'data-track.ts': clip('A track of private data in MPEG-TS', KEPT, [
    ...picture(),
    ...sound(),
    ...inline('data', 'private'),
    ...BOTH,
    '-map',
    '2',
    ...x264(),
    ...AAC,
    '-c:d',
    'copy',
  ]),

  // Fields
  'interlaced-top-first.mp4': clip(
    'Interlaced H.264, top field first, and flagged so',
    { ...sized(160, 120, KEPT), scan: 'top-first' },
    [...fields('top', 'tff'), ...sound(), ...x264('tff=1'), ...INTERLACED, ...AAC],
  ),
  'interlaced-bottom-first.mkv': clip(
    'Interlaced MPEG-2, bottom field first, and flagged so',
    { ...sized(160, 120, KEPT), scan: 'bottom-first' },
    [...fields('bottom', 'bff'), ...sound(), ...MPEG2, ...INTERLACED, ...AAC],
  ),
  'interlaced-open-gop.ts': clip(
    'Interlaced MPEG-2 in MPEG-TS, as broadcast: pictures before a keyframe lean on the group before',
    { ...sized(160, 120, KEPT), scan: 'top-first' },
    [...fields('top', 'tff'), ...sound(), ...MPEG2, ...['-g', '15', '-bf', '2'], ...INTERLACED, ...AAC],
  ),
  'interlaced-flagged-progressive.mp4': clip(
    'Interlaced, and flagged progressive',
    { ...sized(400, 300, KEPT), scan: 'top-first' },
    [...fields('top', 'prog', '400x300'), ...sound(), ...x264(), ...AAC],
  ),
  'progressive-flagged-interlaced.mp4': clip(
    'Progressive, and flagged interlaced, as cameras do',
    sized(320, 240, KEPT),
    [
      // Sharp test pictures have edges that look like combs.
      ...picture({ size: '320x240', filters: 'gblur=2,setfield=tff' }),
      ...sound(),
      ...x264('tff=1'),
      ...INTERLACED,
      ...AAC,
    ],
  ),
  'telecined.mkv': clip(
    'Film at 24000/1001, spread by 2:3 over the fields of 30000/1001',
    { ...sized(320, 240, timed(120, 3.971)), scan: 'telecined' },
    [
      ...picture({
        size: '320x240',
        rate: '24000/1001',
        filters: 'gblur=2,telecine=pattern=23,setfield=tff',
      }),
      ...sound(),
      ...MPEG2,
      ...INTERLACED,
      ...AAC,
    ],
  ),

  // Sample formats
  '10-bit-h264.mp4': clip('H.264 of 10 bits', KEPT_SILENT, [...picture(), ...x264('', 'yuv420p10le')]),
  '10-bit-hevc.mp4': clip('HEVC of 10 bits, SDR', KEPT_SILENT, [...picture(), ...x265('', 'yuv420p10le')]),
  '4-2-2.mp4': clip('Chroma halved across only', KEPT_SILENT, [...picture(), ...x264('', 'yuv422p')]),
  '4-2-2-10-bit.mp4': clip('As broadcast cameras record: 4:2:2 of 10 bits', KEPT_SILENT, [
    ...picture(),
    ...x264('', 'yuv422p10le'),
  ]),
  '4-4-4.mp4': clip('Chroma in full', KEPT_SILENT, [...picture(), ...x264('', 'yuv444p')]),
  'rgb.mp4': clip('H.264 of RGB, as screens are recorded', tagged('unknown', 'unknown', 'gbr', 'pc'), [
    ...picture(),
    ...EXACT,
    ...['-c:v', 'libx264rgb', '-preset', 'veryfast', '-threads', '1', '-pix_fmt', 'rgb24'],
    ...['-x264-params', 'cpu-independent=1'],
  ]),
  'vp9-alpha.webm': clip('VP9 with transparency in a second layer', KEPT_SILENT, [
    ...picture({ filters: "format=yuva420p,geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a='255*X/W'" }),
    ...EXACT,
    ...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', '-threads', '1'],
  ]),
  'prores-4444-alpha.mov': clip(
    'ProRes 4444 with transparency',
    sized(64, 36, timed(50, 1.96, KEPT_SILENT)),
    [
      ...picture({
        size: '64x36',
        seconds: 2,
        filters: "format=yuva444p,geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a='255*X/W'",
      }),
      ...[...EXACT, '-c:v', 'prores_ks', '-profile:v', '4444', '-pix_fmt', 'yuva444p10le', '-threads', '1'],
    ],
  ),

  // Colour
  'full-range.mp4': clip('Samples from 0 to 255', tagged('bt709', 'bt709', 'bt709', 'pc'), [
    ...coloured('bt709', 'bt709', 'bt709', 'pc'),
    ...x264(),
  ]),
  'bt601-525.mp4': clip('Colours of NTSC', tagged('smpte170m', 'smpte170m', 'smpte170m', 'tv'), [
    ...coloured('smpte170m', 'smpte170m', 'smpte170m', 'tv'),
    ...x264(),
  ]),
  'bt601-625.mp4': clip('Colours of PAL', tagged('bt470bg', 'smpte170m', 'bt470bg', 'tv'), [
    ...coloured('bt470bg', 'smpte170m', 'bt470bg', 'tv'),
    ...x264(),
  ]),
  'bt709.mp4': clip('Colours of HD, tagged', tagged('bt709', 'bt709', 'bt709', 'tv'), [
    ...coloured('bt709', 'bt709', 'bt709', 'tv'),
    ...x264(),
  ]),
  'bt2020-sdr.mp4': clip(
    'Wide colours without high dynamic range',
    tagged('bt2020', 'bt2020-10', 'bt2020nc', 'tv'),
    [...coloured('bt2020', 'bt2020-10', 'bt2020nc', 'tv'), ...x265('', 'yuv420p10le')],
  ),
  'untagged-sd.mp4': clip('SD without a word on its colours: the matrix has to be guessed', sized(180, 144), [
    ...picture({
      size: '180x144',
      filters: 'scale=out_color_matrix=bt601,format=yuv420p,setparams=colorspace=unknown:range=unknown',
    }),
    ...x264(),
  ]),
  'hdr10-hevc.mp4': clip(
    'PQ with a mastering display and light levels',
    tagged('bt2020', 'smpte2084', 'bt2020nc', 'tv'),
    [...coloured('bt2020', 'smpte2084', 'bt2020nc', 'tv'), ...x265(MASTERED, 'yuv420p10le')],
  ),
  'hlg-hevc.mp4': clip('Hybrid log-gamma', tagged('bt2020', 'arib-std-b67', 'bt2020nc', 'tv'), [
    ...coloured('bt2020', 'arib-std-b67', 'bt2020nc', 'tv'),
    ...x265('', 'yuv420p10le'),
  ]),

  // Sound
  'no-audio.mp4': clip('A picture without sound', KEPT_SILENT, SILENT),
  'audio-shorter.mp4': clip('Sound that ends before the picture', withAudio({ ...SOUND, seconds: 2.5 }), [
    ...picture(),
    ...sound({ seconds: 2.5 }),
    ...x264(),
    ...AAC,
  ]),
  'audio-longer.mp4': clip('Sound that goes on after the picture', withAudio({ ...SOUND, seconds: 6 }), [
    ...picture(),
    ...sound({ seconds: 6 }),
    ...x264(),
    ...AAC,
  ]),
  'audio-late.mp4': clip(
    'Sound that starts 1.5 s after the picture',
    withAudio({ ...SOUND, offsetSeconds: 1.5, seconds: 2.5 }),
    [...picture(), ...sound(), ...x264(), ...AAC, '-af', 'atrim=start=1.5'],
  ),
  'audio-late.ts': clip(
    'Sound that starts 1.5 s after the picture, in MPEG-TS',
    withAudio({ ...SOUND, offsetSeconds: 1.5, seconds: 2.5 }),
    [...picture(), ...sound(), ...x264(), ...AAC, '-af', 'atrim=start=1.5'],
  ),
  'audio-early.mp4': clip(
    'Sound that starts 0.6 s before the picture',
    timed(85, 3.36, withAudio({ ...SOUND, offsetSeconds: -0.6 })),
    [...picture(), ...sound(), ...KEEP_TIMES, ...x264(), ...AAC, '-vf', 'trim=start=0.6'],
  ),
  'audio-gap.mkv': clip('Sound with a second missing in its middle', KEPT, [
    ...picture(),
    ...sound({ filters: "asetnsamples=480,aselect='not(between(t,1.495,2.494))'" }),
    ...x264(),
    ...['-c:a', 'pcm_s16le'],
  ]),
  'audio-holes.mkv': clip('Sound with three holes of 60 ms', KEPT, [
    ...picture(),
    ...sound({ filters: `asetnsamples=480,aselect='${HOLES.join('*')}'` }),
    ...x264(),
    ...['-c:a', 'pcm_s16le'],
  ]),
  'audio-drift.mkv': clip(
    'Sound by a clock that is half a percent slow, so that it holds fewer samples than its time',
    timed(375, 14.96, withAudio({ ...SOUND, seconds: 15 })),
    [
      ...picture({ seconds: 15 }),
      ...sound({ seconds: 15, filters: 'aresample=47760,asetrate=48000,asetpts=N/47760/TB' }),
      ...x264(),
      ...['-c:a', 'pcm_s16le'],
    ],
  ),
  'audio-44-1.mp4': clip('Sound of 44.1 kHz', KEPT, [
    ...picture(),
    ...sound(),
    ...x264(),
    ...AAC,
    '-ar',
    '44100',
  ]),
  'languages.mkv': clip(
    'Three languages, the second of them the default',
    withAudio(
      { ...SOUND, language: 'eng', isDefault: false },
      { ...SOUND, language: 'ger', isDefault: true, channels: 2 },
      { ...SOUND, language: 'fre', isDefault: false },
    ),
    [
      ...picture(),
      ...sound(),
      ...sound({ hertz: 1500, channels: 2, layout: 'stereo' }),
      ...sound({ hertz: 2000 }),
      ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', ...x264(), ...AAC],
      ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=ger'],
      ...['-metadata:s:a:2', 'language=fre', '-metadata:s:a:2', 'title=Commentaire'],
      ...['-disposition:a:0', '0', '-disposition:a:1', 'default', '-disposition:a:2', 'comment'],
    ],
  ),
  'mono.mp4': clip('One channel', KEPT, PLAIN),
  'surround-5-1.mp4': clip('Six channels', withAudio({ ...SOUND, channels: 6 }), [
    ...picture(),
    ...sound({ channels: 6, layout: '5.1' }),
    ...x264(),
    '-c:a',
    'aac',
    '-b:a',
    '256k',
  ]),
  'surround-7-1.mp4': clip('Eight channels', withAudio({ ...SOUND, channels: 8 }), [
    ...picture(),
    ...sound({ channels: 8, layout: '7.1' }),
    ...x264(),
    '-c:a',
    'aac',
    '-b:a',
    '256k',
  ]),

  // Codecs that browsers do not play
  'mpeg2-ac3.ts': clip('MPEG-2 with B-frames and AC-3', withAudio({ ...SOUND, channels: 2 }), [
    ...picture(),
    ...sound({ channels: 2, layout: 'stereo' }),
    ...MPEG2,
    '-bf',
    '2',
    '-c:a',
    'ac3',
  ]),
  'mpeg2-mp2.ts': clip('MPEG-2 and MPEG-1 layer 2', withAudio({ ...SOUND, channels: 2 }), [
    ...picture(),
    ...sound({ channels: 2, layout: 'stereo' }),
    ...MPEG2,
    '-c:a',
    'mp2',
  ]),
  'mpeg4-mp3.avi': clip('MPEG-4 part 2 and MP3 in AVI, which keeps no times', KEPT, [
    ...picture(),
    ...sound(),
    ...EXACT,
    '-c:v',
    'mpeg4',
    '-q:v',
    '4',
    '-threads',
    '1',
    '-c:a',
    'libmp3lame',
    '-avoid_negative_ts',
    'disabled',
  ]),
  'prores-pcm.mov': clip(
    'ProRes 4:2:2 of 10 bits with PCM',
    sized(64, 36, timed(50, 1.96, withAudio({ ...SOUND, seconds: 2 }))),
    [
      ...[...picture({ size: '64x36', seconds: 2 }), ...sound({ seconds: 2 }), ...EXACT, '-threads', '1'],
      ...['-c:v', 'prores_ks', '-profile:v', '0', '-pix_fmt', 'yuv422p10le', '-c:a', 'pcm_s16le'],
    ],
  ),
  'ffv1-flac.mkv': clip('Lossless FFV1 and FLAC', KEPT, [
    ...picture(),
    ...sound(),
    ...EXACT,
    '-c:v',
    'ffv1',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'flac',
  ]),
  'pcm-24.mov': clip('H.264 with PCM of 24 bits', KEPT, [
    ...picture(),
    ...sound(),
    ...x264(),
    '-c:a',
    'pcm_s24le',
  ]),

  // Subtitles
  'subtitles-srt.mkv': clip('SubRip in two languages', { ...KEPT_SILENT, textSubtitles: ['eng', 'deu'] }, [
    ...[...picture(), ...inline('srt', ENGLISH), ...inline('srt', GERMAN), ...BOTH, '-map', '2'],
    ...[...x264(), '-c:s', 'srt', ...LANGUAGES],
  ]),
  'subtitles-mov-text.mp4': clip(
    'Timed text of MP4 in two languages',
    { ...KEPT_SILENT, textSubtitles: ['eng', 'deu'] },
    [
      ...[...picture(), ...inline('srt', ENGLISH), ...inline('srt', GERMAN), ...BOTH, '-map', '2'],
      ...[...x264(), '-c:s', 'mov_text', ...LANGUAGES],
    ],
  ),
  'subtitles-ass.mkv': clip('SubStation Alpha with styles', { ...KEPT_SILENT, textSubtitles: ['eng'] }, [
    ...picture(),
    ...inline('ass', STYLED),
    ...BOTH,
    ...x264(),
    '-c:s',
    'copy',
    ...LANGUAGES.slice(0, 2),
  ]),
  'subtitles-dvd.mkv': clip('Subtitles of DVDs, which are pictures', { ...KEPT_SILENT, imageSubtitles: 1 }, [
    ...[...picture(), ...DRAWN, ...BOTH, ...x264(), '-c:s', 'dvdsub', ...LANGUAGES.slice(0, 2)],
    // The encoder knows no end, and the file would last for 49 days.
    ...['-bsf:s', 'setts=duration=1000'],
  ]),
  'subtitles-pgs.mkv': clip(
    'Subtitles of Blu-ray discs, which are pictures',
    { ...KEPT_SILENT, imageSubtitles: 1 },
    [...picture(), ...DRAWN, ...BOTH, ...x264(), '-c:s', 'copy', ...LANGUAGES.slice(0, 2)],
  ),
  'subtitles-dvb.ts': clip(
    'Subtitles of television, which are pictures',
    { ...KEPT_SILENT, imageSubtitles: 1 },
    [...picture(), ...DRAWN, ...BOTH, ...x264(), '-c:s', 'dvbsub', ...LANGUAGES.slice(0, 2)],
  ),
} satisfies Readonly<Record<string, GeneratedClip>>;

/** The file name of a generated clip. */
export type GeneratedClipName = keyof typeof GENERATED_CLIPS;

/**
 * The path of a generated clip, made by the pinned ffmpeg on first use and kept below the system's temporary folder.
 * Processes may ask for the same clip at once.
 *
 * @param name for instance `rotated-90.mp4`
 * @throws {Error} with ffmpeg's words when it refuses the recipe
 */
export async function generatedClip(name: GeneratedClipName): Promise<string> {
  const { steps } = GENERATED_CLIPS[name];
  const ffmpeg = requireTool('ffmpeg');
  const { size, mtimeMs } = await stat(ffmpeg);
  // Another ffmpeg may write other files by the same recipe.
  const recipe = JSON.stringify([ffmpeg, size, mtimeMs, name, steps]);
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
  const root = join(tmpdir(), 'framefold-generated-clips');
  const path = join(root, key, name);
  if (await exists(path)) return path;

  await mkdir(join(root, key), { recursive: true });
  const folder = await mkdtemp(join(root, 'making-'));
  try {
    for (const [index, argv] of steps.entries()) {
      const output = index === steps.length - 1 ? [name] : [];
      await promisify(execFile)(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...argv, ...output], {
        cwd: folder,
        timeout: 60_000,
      });
    }
    await rename(join(folder, name), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
}

/**
 * The numbers that the frames of a generated clip, or of anything made of one, show: in order of presentation, as they
 * were counted from 0. Frames woven of two show neither.
 *
 * @param path what ffmpeg can open
 * @param options.stream which of its streams, as ffmpeg writes it
 * @param options.turnedDegrees what `expected` says of the clip
 */
export async function frameNumbers(
  path: string,
  options: { stream?: string; turnedDegrees?: Turn } = {},
): Promise<number[]> {
  const upright = { 0: 'null', 90: 'transpose=cclock', 180: 'hflip,vflip', 270: 'transpose=clock' };
  const filters = [
    upright[options.turnedDegrees ?? 0],
    'format=gray',
    'crop=iw:ih/8:0:ih*7/8',
    `scale=${NUMBER_BITS}:1:flags=area`,
  ];
  const { stdout } = await promisify(execFile)(
    requireTool('ffmpeg'),
    [
      ...['-nostdin', '-v', 'error', '-i', path, '-map', options.stream ?? '0:v:0'],
      ...['-vf', filters.join(','), '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 24 },
  );
  return Array.from({ length: stdout.length / NUMBER_BITS }, (_, frame) =>
    stdout
      .subarray(frame * NUMBER_BITS, (frame + 1) * NUMBER_BITS)
      .reduce((number, level, bit) => number + (level > 127 ? 2 ** bit : 0), 0),
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
