import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TranscodeRequestBody } from '@framefold/domain';
import { generatedClip, planOf, requireTool } from '@framefold/testing';
import { createProcessRunner } from '../process/create-process-runner.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

type Rgb = readonly [red: number, green: number, blue: number];
/** Primaries, transfer, matrix, range, as ffprobe names them. */
type Tags = readonly [primaries: string, transfer: string, matrix: string, range: string];
type Codec = 'h264' | 'hevc' | 'vp9' | 'av1';

/** Four patches in each of two rows, from 0 to 1 in the curve of their source. The last ones lie within every gamut. */
const PATCHES: readonly Rgb[] = [
  [1, 0, 0],
  [0, 0.8, 0],
  [0.1, 0.1, 0.9],
  [0, 0, 0],
  [0.5, 0.5, 0.5],
  [0.56, 0.44, 0.4],
  [0.42, 0.55, 0.44],
  [0.75, 0.75, 0.75],
];
const COLUMNS = 4;
const MUTED = PATCHES.slice(3);

/** How far a colour may be off, of 1: an encoder's error, and what 8 bits of chroma can't tell. */
const TOLERANCE = 4 / 255;

/** Shares of red and blue in brightness (ITU-T H.273, table 4). */
const WEIGHTS: Readonly<Record<string, readonly [red: number, blue: number]>> = {
  bt709: [0.2126, 0.0722],
  smpte170m: [0.299, 0.114],
  bt470bg: [0.299, 0.114],
  fcc: [0.3, 0.11],
  smpte240m: [0.212, 0.087],
  bt2020nc: [0.2627, 0.0593],
};

/** Numbers of ITU-T H.273 by ffmpeg's names. */
const CODES: readonly Readonly<Record<string, number>>[] = [
  { bt709: 1, bt470bg: 5, smpte170m: 6, smpte240m: 7, bt2020: 9, smpte432: 12 },
  { bt709: 1, smpte170m: 6, smpte240m: 7, 'iec61966-2-1': 13, smpte2084: 16, 'arib-std-b67': 18 },
  { bt709: 1, bt470bg: 5, smpte170m: 6, bt2020nc: 9 },
];

interface Case {
  readonly what: string;
  /** How the patches are written; matrix and range are also what a player takes where the tags say nothing. */
  readonly matrix: string;
  readonly range: 'tv' | 'pc';
  readonly bits?: 8 | 10;
  readonly width?: number;
  /** None: nothing is tagged. */
  readonly tags?: readonly [primaries: string, transfer: string];
  /** Tags of renditions in SDR; their colours are the source's unless `shown` says otherwise. */
  readonly sdr?: Tags;
  /** Tags of renditions that keep the source's dynamic range. */
  readonly kept?: Tags;
  readonly codecs?: readonly Codec[];
  readonly shown?: 'through BT.709' | 'tone-mapped';
}

const ALL: readonly Codec[] = ['h264', 'hevc', 'vp9', 'av1'];
const BT709: Tags = ['bt709', 'bt709', 'bt709', 'tv'];
const NTSC: Tags = ['smpte170m', 'smpte170m', 'smpte170m', 'tv'];
const PAL: Tags = ['bt470bg', 'smpte170m', 'bt470bg', 'tv'];
const PQ: Tags = ['bt2020', 'smpte2084', 'bt2020nc', 'tv'];
const HLG: Tags = ['bt2020', 'arib-std-b67', 'bt2020nc', 'tv'];

const CASES: readonly Case[] = [
  { what: 'BT.709', matrix: 'bt709', range: 'tv', tags: ['bt709', 'bt709'], sdr: BT709, codecs: ALL },
  { what: 'full range', matrix: 'bt709', range: 'pc', tags: ['bt709', 'bt709'], sdr: BT709, codecs: ALL },
  {
    what: 'full range in 10 bits',
    ...{ matrix: 'bt709', range: 'pc', bits: 10, tags: ['bt709', 'bt709'], sdr: BT709 },
  },
  {
    what: 'BT.601, 525 lines',
    ...{ matrix: 'smpte170m', range: 'tv', tags: ['smpte170m', 'smpte170m'], sdr: NTSC, codecs: ALL },
  },
  {
    what: 'BT.601, 625 lines',
    ...{ matrix: 'bt470bg', range: 'tv', tags: ['bt470bg', 'smpte170m'], sdr: PAL, codecs: ALL },
  },
  {
    what: 'BT.601 in full range, as of JPEG',
    ...{ matrix: 'bt470bg', range: 'pc', tags: ['bt470bg', 'smpte170m'], sdr: PAL, codecs: ALL },
  },
  { what: 'small, and not tagged', matrix: 'smpte170m', range: 'tv', sdr: NTSC },
  { what: 'large, and not tagged', matrix: 'bt709', range: 'tv', width: 1280, sdr: BT709 },
  {
    what: 'the curve of sRGB',
    ...{ matrix: 'bt709', range: 'tv', tags: ['bt709', 'iec61966-2-1'] },
    sdr: ['bt709', 'iec61966-2-1', 'bt709', 'tv'],
  },
  { what: 'RGB', matrix: 'gbr', range: 'pc', tags: ['bt709', 'bt709'], sdr: BT709, codecs: ALL },
  {
    what: 'SMPTE 240M',
    ...{ matrix: 'smpte240m', range: 'tv', tags: ['smpte240m', 'smpte240m'] },
    sdr: ['smpte240m', 'smpte240m', 'bt709', 'tv'],
  },
  {
    what: 'the weights of 1953',
    ...{ matrix: 'fcc', range: 'tv', tags: ['smpte170m', 'smpte170m'] },
    sdr: ['smpte170m', 'smpte170m', 'bt709', 'tv'],
  },
  {
    what: 'the primaries of P3',
    ...{ matrix: 'bt709', range: 'tv', tags: ['smpte432', 'bt709'], sdr: BT709, shown: 'through BT.709' },
  },
  {
    what: 'BT.2020 in SDR',
    ...{ matrix: 'bt2020nc', range: 'tv', bits: 10, tags: ['bt2020', 'bt2020-10'], sdr: BT709 },
    shown: 'through BT.709',
  },
  {
    what: 'HDR10',
    ...{ matrix: 'bt2020nc', range: 'tv', bits: 10, tags: ['bt2020', 'smpte2084'], sdr: BT709, kept: PQ },
    shown: 'tone-mapped',
  },
  {
    what: 'HLG',
    ...{ matrix: 'bt2020nc', range: 'tv', bits: 10, tags: ['bt2020', 'arib-std-b67'], sdr: BT709, kept: HLG },
    shown: 'tone-mapped',
  },
  {
    what: 'HDR10 in full range',
    ...{ matrix: 'bt2020nc', range: 'pc', bits: 10, tags: ['bt2020', 'smpte2084'], kept: PQ },
  },
  {
    what: 'HDR10 in RGB',
    ...{ matrix: 'gbr', range: 'pc', bits: 10, tags: ['bt2020', 'smpte2084'], sdr: BT709, kept: PQ },
    shown: 'tone-mapped',
  },
  {
    what: 'PQ with the primaries of P3',
    ...{ matrix: 'bt2020nc', range: 'tv', bits: 10, tags: ['smpte432', 'smpte2084'] },
    kept: ['smpte432', 'smpte2084', 'bt2020nc', 'tv'],
  },
];

const run = promisify(execFile);
const HEIGHT = 64;

describe('colours', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-colours-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Encodes the first chunk of a file. @returns by rendition: one file, and its init by itself */
  const encode = async (
    sourceFile: string,
    ladder: TranscodeRequestBody['ladder'],
  ): Promise<ReadonlyMap<string, { file: string; init: Buffer }>> => {
    const plan = await planOf(sourceFile, { ...(ladder === undefined ? {} : { ladder }) });
    const engine = await createFfmpegEngine({
      ffmpeg: requireTool('ffmpeg'),
      runner: await createProcessRunner({}),
    });
    const [chunk] = plan.chunks;
    if (chunk === undefined) throw new Error(`${sourceFile} gives no chunk.`);
    const scratchFolder = await mkdtemp(join(folder, 'scratch-'));
    const made = new Map<string, { file: string; init: Buffer }>();
    for (const { name, initFile, segments } of await engine.encodeChunk(
      { sourceFiles: [sourceFile], plan, scratchFolder },
      chunk,
    )) {
      const init = await readFile(initFile);
      const file = join(scratchFolder, `${name}-whole.mp4`);
      await writeFile(
        file,
        Buffer.concat([init, ...(await Promise.all(segments.map((s) => readFile(s.file))))]),
      );
      made.set(name, { file, init });
    }
    return made;
  };

  it.each(CASES)('of $what: tagged in every place, and shown as they were', async (colours) => {
    const { codecs = ['h264'], sdr, kept, shown } = colours;
    const source = join(folder, `${colours.what.replaceAll(/\W/g, '-')}.mp4`);
    await makePatches(source, colours);
    const rung = { shortSide: HEIGHT, maxrateKbps: 5000, crf: 8, preset: 'veryfast' } as const;
    const made = await encode(source, [
      ...(sdr === undefined ? [] : codecs.map((codec) => ({ ...rung, name: codec, codec }))),
      ...(kept === undefined
        ? []
        : (['hevc', 'av1'] as const).map(
            (codec) => ({ ...rung, name: `${codec}-kept`, codec, dynamicRange: 'source' }) as const,
          )),
    ]);
    expect(made.size).toBeGreaterThan(0);
    for (const [name, { file, init }] of made) {
      const isKept = name.endsWith('-kept');
      const tags = (isKept ? kept : sdr) ?? BT709;
      const codec = name.replace('-kept', '') as Codec;
      const tagged = {
        name,
        file: await tagsOf(file),
        init: tagsOfInit(init),
        stream: await tagsOfStream(file, codec),
      };
      expect(tagged).toEqual({
        name,
        file: tags,
        init: { colr: codesOf(tags), ...(codec === 'vp9' ? { vpcC: codesOf(tags) } : {}) },
        // The stream of VP9 knows weights and range alone.
        stream: codec === 'vp9' ? ['unknown', 'unknown', ...tags.slice(2)] : tags,
      });
      const seen = await readPatches(file, tags[2]);
      if (shown === 'tone-mapped' && !isKept) expectToneMapped(seen);
      else if (shown === 'through BT.709')
        expectClose(
          seen.slice(3),
          MUTED.map((rgb) => toBt709(rgb, colours)),
        );
      else expectClose(seen, PATCHES);
    }
  });

  it('HDR10 keeps what it says of its mastering, and SDR says nothing of it', async () => {
    const rung = { shortSide: 72, maxrateKbps: 500, preset: 'ultrafast' } as const;
    const made = await encode(await generatedClip('hdr10-hevc.mp4'), [
      { ...rung, name: 'hevc', codec: 'hevc', dynamicRange: 'source' },
      { ...rung, name: 'second', codec: 'hevc', dynamicRange: 'source' },
      { ...rung, name: 'av1', codec: 'av1', dynamicRange: 'source' },
      { ...rung, name: 'sdr' },
    ]);
    const described = async (name: string): Promise<string> => {
      // ffprobe has no decoder for AV1.
      const { stderr } = await run(requireTool('ffmpeg'), [
        ...['-nostdin', '-hide_banner', '-i', made.get(name)?.file ?? ''],
        ...['-vf', 'showinfo', '-frames:v', '1', '-f', 'null', '-'],
      ]);
      return stderr;
    };
    for (const name of ['hevc', 'second', 'av1']) {
      const text = await described(name);
      // As in the recipe of the clip, in the file's boxes and in the frame.
      expect(text.match(/max_luminance=1000\.0/g)?.length).toBeGreaterThan(1);
      expect(text).toMatch(/r\(0\.6800,0\.3200\)/);
      expect(text).toMatch(/MaxCLL=1000, MaxFALL=400/);
    }
    expect(await described('sdr')).not.toMatch(/max_luminance|MaxCLL/);
  });
});

function expectClose(seen: readonly Rgb[], wanted: readonly Rgb[]): void {
  const off = seen.flatMap((rgb, patch) =>
    rgb.map((value, channel) => Math.abs(value - (wanted[patch]?.[channel] ?? NaN))),
  );
  // Both lists in full, for the eye.
  if (off.some((distance) => !(distance <= TOLERANCE)))
    expect(seen.map(rounded)).toEqual(wanted.map(rounded));
}

function rounded(rgb: Rgb): number[] {
  return rgb.map((value) => Math.round(value * 255));
}

/** Grey stays grey, light stays light, and the reddish patch is the reddest: what any good curve leaves as it is. */
function expectToneMapped(seen: readonly Rgb[]): void {
  const [, , , black, grey, reddish, greenish, light] = seen as Rgb[];
  for (const neutral of [black, grey, light]) {
    const channels = neutral ?? [NaN, NaN, NaN];
    expect(Math.max(...channels) - Math.min(...channels)).toBeLessThanOrEqual(TOLERANCE);
  }
  expect(black?.[1]).toBeLessThan(0.05);
  expect(grey?.[1]).toBeGreaterThan(0.3);
  expect(light?.[1]).toBeGreaterThan((grey?.[1] ?? NaN) + 0.1);
  expect(reddish?.[0]).toBeGreaterThan((reddish?.[1] ?? NaN) + 0.05);
  expect(greenish?.[1]).toBeGreaterThan((greenish?.[0] ?? NaN) + 0.05);
}

/** From the source's primaries to BT.709's, by the curve of reference screens (BT.1886). */
function toBt709(rgb: Rgb, { tags }: Case): Rgb {
  // SMPTE RP 177 from the primaries of SMPTE EG 432-1 and of BT.2020; all share one white.
  const rows =
    tags?.[0] === 'smpte432'
      ? [
          [1.22494, -0.22494, 0],
          [-0.04206, 1.04206, 0],
          [-0.01964, -0.07864, 1.09827],
        ]
      : [
          [1.6605, -0.5876, -0.0728],
          [-0.1246, 1.1329, -0.0083],
          [-0.0182, -0.1006, 1.1187],
        ];
  const light = rgb.map((value) => value ** 2.4);
  const [red = NaN, green = NaN, blue = NaN] = rows.map(
    (row) => row.reduce((sum, share, channel) => sum + share * (light[channel] ?? NaN), 0) ** (1 / 2.4),
  );
  return [red, green, blue];
}

/** Ten frames of patches, without loss. */
async function makePatches(
  file: string,
  { matrix, range, bits = 8, width = 128, tags }: Case,
): Promise<void> {
  const isRgb = matrix === 'gbr';
  const sample = (patch: number): number[] => {
    const rgb = PATCHES[patch] ?? [0, 0, 0];
    return isRgb ? rgb.map((value) => Math.round(value * (2 ** bits - 1))) : toYuv(rgb, matrix, range, bits);
  };
  const plane = (columns: number, rows: number, channel: number): number[] =>
    Array.from({ length: columns * rows }, (_, at) => {
      const column = Math.floor((at % columns) / (columns / COLUMNS));
      const row = Math.floor(at / columns / (rows / 2));
      return sample(row * COLUMNS + column)[channel] ?? 0;
    });
  const halved = [width / 2, HEIGHT / 2] as const;
  const values = isRgb
    ? [1, 2, 0].flatMap((channel) => plane(width, HEIGHT, channel))
    : [plane(width, HEIGHT, 0), plane(...halved, 1), plane(...halved, 2)].flat();
  const raw = `${file}.raw`;
  await writeFile(raw, bits === 8 ? Buffer.from(values) : Buffer.from(Uint16Array.from(values).buffer));
  const [primaries, transfer] = tags ?? [];
  const setparams =
    tags === undefined
      ? 'setparams=range=unknown'
      : `setparams=range=${range}:color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}`;
  const pixelFormat = `${isRgb ? 'gbrp' : 'yuv420p'}${bits === 8 ? '' : '10le'}`;
  const encoder = !isRgb
    ? ['libx264', '-qp', '0']
    : bits === 8
      ? ['libx264rgb', '-qp', '0']
      : ['libx265', '-x265-params', 'lossless=1:log-level=error'];
  await run(requireTool('ffmpeg'), [
    ...['-nostdin', '-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', pixelFormat],
    ...['-video_size', `${width}x${HEIGHT}`, '-framerate', '25', '-i', raw],
    ...['-vf', `loop=loop=9:size=1,${setparams}`, '-c:v', ...encoder, file],
  ]);
}

/** Equations of ITU-T H.273, 8.3. */
function toYuv([red, green, blue]: Rgb, matrix: string, range: 'tv' | 'pc', bits: number): number[] {
  const [kr, kb] = WEIGHTS[matrix] ?? [NaN, NaN];
  const luma = kr * red + (1 - kr - kb) * green + kb * blue;
  const chroma = [(blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))];
  const { black, span, chromaSpan, middle } = scaleOf(range, bits);
  return [black + span * luma, ...chroma.map((value) => middle + chromaSpan * value)].map((value) =>
    Math.min(2 ** bits - 1, Math.round(value)),
  );
}

function toRgb([luma = NaN, blueness = NaN, redness = NaN]: number[], matrix: string, bits: number): Rgb {
  const [kr, kb] = WEIGHTS[matrix] ?? [NaN, NaN];
  const { black, span, chromaSpan, middle } = scaleOf('tv', bits);
  const y = (luma - black) / span;
  const red = y + (2 * (1 - kr) * (redness - middle)) / chromaSpan;
  const blue = y + (2 * (1 - kb) * (blueness - middle)) / chromaSpan;
  return [red, (y - kr * red - kb * blue) / (1 - kr - kb), blue];
}

function scaleOf(
  range: 'tv' | 'pc',
  bits: number,
): { black: number; span: number; chromaSpan: number; middle: number } {
  const step = 2 ** (bits - 8);
  const most = 2 ** bits - 1;
  const middle = 128 * step;
  return range === 'pc'
    ? { black: 0, span: most, chromaSpan: most, middle }
    : { black: 16 * step, span: 219 * step, chromaSpan: 224 * step, middle };
}

/** The middle of each patch in the fifth frame, by the weights that the file is tagged with. */
async function readPatches(file: string, matrix: string): Promise<Rgb[]> {
  const [format = '', columns] = await streamFields(file, ['pix_fmt', 'width']);
  const width = Number(columns);
  const bits = format === 'yuv420p10le' ? 10 : 8;
  const { stdout } = await run(
    requireTool('ffmpeg'),
    [
      ...['-nostdin', '-v', 'error', '-i', file, '-vf', "select='eq(n,4)'", '-frames:v', '1'],
      ...['-f', 'rawvideo', '-pix_fmt', format, '-'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 26 },
  );
  const at = (index: number): number =>
    bits === 8 ? stdout.readUInt8(index) : stdout.readUInt16LE(index * 2);
  const luma = width * HEIGHT;
  return PATCHES.map((_, patch) => {
    const x = Math.floor(((patch % COLUMNS) + 0.5) * (width / COLUMNS));
    const y = Math.floor((Math.floor(patch / COLUMNS) + 0.5) * (HEIGHT / 2));
    const chroma = Math.floor(y / 2) * (width / 2) + Math.floor(x / 2);
    return toRgb([at(y * width + x), at(luma + chroma), at(luma * 1.25 + chroma)], matrix, bits);
  });
}

async function streamFields(
  file: string,
  fields: readonly string[],
  more: readonly string[] = [],
): Promise<string[]> {
  const { stdout } = await run(requireTool('ffprobe'), [
    ...['-v', 'error', ...more, '-select_streams', 'v:0', '-show_entries', `stream=${fields.join(',')}`],
    ...['-of', 'json', file],
  ]);
  const { streams } = JSON.parse(stdout) as { streams: Record<string, string | number>[] };
  return fields.map((field) => String(streams[0]?.[field] ?? 'unknown'));
}

function tagsOf(file: string): Promise<string[]> {
  return streamFields(file, ['color_primaries', 'color_transfer', 'color_space', 'color_range']);
}

/** What the coded stream says by itself, without its container. */
async function tagsOfStream(file: string, codec: Codec): Promise<string[]> {
  const bare = `${file}.${{ h264: 'h264', hevc: 'hevc', vp9: 'ivf', av1: 'obu' }[codec]}`;
  await run(requireTool('ffmpeg'), ['-nostdin', '-v', 'error', '-y', '-i', file, '-c', 'copy', bare]);
  return tagsOf(bare);
}

/** Primaries, transfer, matrix and whether the range is full, in the boxes of an init segment. */
function tagsOfInit(init: Buffer): Record<string, number[]> {
  const colr = init.indexOf('colrnclx');
  const vpcC = init.indexOf('vpcC');
  return {
    ...(colr < 0
      ? {}
      : { colr: [...[8, 10, 12].map((at) => init.readUInt16BE(colr + at)), init.readUInt8(colr + 14) >> 7] }),
    // Behind version and flags, profile and level: depth, subsampling and range in one byte.
    ...(vpcC < 0
      ? {}
      : { vpcC: [...[11, 12, 13].map((at) => init.readUInt8(vpcC + at)), init.readUInt8(vpcC + 10) & 1] }),
  };
}

function codesOf(tags: Tags): number[] {
  return [...CODES.map((codes, place) => codes[tags[place] ?? ''] ?? NaN), tags[3] === 'pc' ? 1 : 0];
}
