import { z } from 'zod';

/** The picture codecs that a rendition can have. */
export const VideoCodec = z.enum(['h264', 'hevc', 'vp9', 'av1']);
export type VideoCodec = z.infer<typeof VideoCodec>;

/** Names of speeds, from the quickest to the most thorough; every codec has them. */
export const SPEEDS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;

interface CodecTraits {
  /** The encoder in software. */
  readonly encoder: string;
  /** Constant quality where a profile says none, and the largest that the encoder knows. */
  readonly crf: number;
  readonly maxCrf: number;
  /** Whether it can carry brightness beyond SDR (10 bits, PQ or HLG) so that players show it. */
  readonly carriesHdr: boolean;
  readonly twoPass: boolean;
}

/** What the codecs differ in. */
export const CODECS = {
  h264: { encoder: 'libx264', crf: 22, maxCrf: 51, carriesHdr: false, twoPass: true },
  hevc: { encoder: 'libx265', crf: 24, maxCrf: 51, carriesHdr: true, twoPass: true },
  // Its first pass wants the frame rate, which can't be told to it: docs/adr/0015.
  vp9: { encoder: 'libvpx-vp9', crf: 32, maxCrf: 63, carriesHdr: false, twoPass: false },
  av1: { encoder: 'libsvtav1', crf: 32, maxCrf: 63, carriesHdr: true, twoPass: false },
} as const satisfies Record<VideoCodec, CodecTraits>;

/** The largest that any codec has. */
const MAX_CRF = 63;

/** One step of a ladder as a profile: a size by the short side and how to encode it. */
export const LadderRung = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^(?!audio-|subtitles-)[a-z0-9][a-z0-9-]{0,30}$/,
        'use lower-case letters, digits and hyphens; audio-... and subtitles-... are taken',
      )
      .describe('Names the rendition and its folder, e.g. 720p'),
    shortSide: z.number().int().min(64).max(4320).describe('Length of the shorter side in pixels'),
    codec: VideoCodec.default('h264'),
    maxrateKbps: z
      .number()
      .int()
      .min(50)
      .max(200_000)
      .describe('Ceiling of the bit rate (VBV maxrate) in kbit/s'),
    crf: z
      .number()
      .int()
      .min(0)
      .max(MAX_CRF)
      .optional()
      .describe('Constant rate factor under the ceiling; by default 22 (h264), 24 (hevc), 32 (vp9, av1)'),
    averageKbps: z
      .number()
      .int()
      .min(50)
      .max(200_000)
      .optional()
      .describe('An average bit rate in kbit/s, instead of constant quality'),
    passes: z
      .union([z.literal(1), z.literal(2)])
      .default(1)
      .describe('2: averageKbps is met better, in twice the time; for h264 and hevc'),
    preset: z.enum(SPEEDS).default('medium').describe('Speed of the encoder'),
    maxFrameRate: z
      .number()
      .min(1)
      .max(240)
      .optional()
      .describe('Ceiling of the frame rate: every second, third ... frame of a faster source is kept'),
    dynamicRange: z
      .enum(['sdr', 'source'])
      .default('sdr')
      .describe('source: HDR stays HDR (hevc, av1); sdr: it is tone-mapped'),
  })
  .superRefine((rung, context) => {
    const { maxCrf, twoPass, carriesHdr } = CODECS[rung.codec];
    const refuse = (field: keyof typeof rung, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (rung.crf !== undefined && rung.crf > maxCrf && rung.crf <= MAX_CRF)
      refuse('crf', `must be at most ${maxCrf} for ${rung.codec}`);
    if (rung.crf !== undefined && rung.averageKbps !== undefined)
      refuse('averageKbps', 'is instead of crf: give one of them');
    if (rung.averageKbps !== undefined && rung.averageKbps > rung.maxrateKbps)
      refuse('averageKbps', 'must not be above maxrateKbps');
    if (rung.passes === 2 && rung.averageKbps === undefined)
      refuse('passes', '2 passes need averageKbps: constant quality has nothing to plan');
    if (rung.passes === 2 && !twoPass) refuse('passes', `must be 1 for ${rung.codec}`);
    if (rung.dynamicRange === 'source' && !carriesHdr)
      refuse('dynamicRange', `must be sdr for ${rung.codec}`);
  });
export type LadderRung = z.infer<typeof LadderRung>;

/** Names, sizes, ceilings and speeds of rungs that differ in nothing else. */
type Steps = readonly (readonly [
  name: string,
  shortSide: number,
  maxrateKbps: number,
  preset: LadderRung['preset'],
])[];

const rungs = (codec: VideoCodec, steps: Steps): LadderRung[] =>
  steps.map(([name, shortSide, maxrateKbps, preset]) =>
    LadderRung.parse({ name, shortSide, codec, maxrateKbps, preset }),
  );

const H264 = rungs('h264', [
  ['1080p', 1080, 5000, 'medium'],
  ['720p', 720, 2800, 'medium'],
  ['480p', 480, 1400, 'fast'],
  ['360p', 360, 800, 'fast'],
]);

/** The ladders that a request can name. */
export const LADDERS = {
  'hls-default': H264,
  'hls-hevc': rungs('hevc', [
    ['2160p', 2160, 11_600, 'medium'],
    ['1440p', 1440, 7000, 'medium'],
    ['1080p', 1080, 3500, 'medium'],
    ['720p', 720, 2000, 'medium'],
    ['480p', 480, 1000, 'medium'],
    ['360p', 360, 600, 'medium'],
  ]),
  av1: rungs('av1', [
    ['2160p', 2160, 10_000, 'medium'],
    ['1440p', 1440, 6000, 'medium'],
    ['1080p', 1080, 3000, 'medium'],
    ['720p', 720, 1700, 'medium'],
    ['480p', 480, 850, 'medium'],
    ['360p', 360, 500, 'medium'],
  ]),
  vp9: rungs('vp9', [
    ['2160p', 2160, 12_000, 'medium'],
    ['1440p', 1440, 7200, 'medium'],
    ['1080p', 1080, 3600, 'medium'],
    ['720p', 720, 2000, 'medium'],
    ['480p', 480, 1000, 'medium'],
    ['360p', 360, 600, 'medium'],
  ]),
  /** H.264 for every player, and the sizes that matter in HEVC and AV1 for those that have them. */
  'multi-codec': [
    ...H264,
    ...rungs('hevc', [
      ['1080p-hevc', 1080, 3500, 'medium'],
      ['720p-hevc', 720, 2000, 'medium'],
    ]),
    ...rungs('av1', [
      ['1080p-av1', 1080, 3000, 'medium'],
      ['720p-av1', 720, 1700, 'medium'],
    ]),
  ],
  'audio-only': [],
} as const satisfies Record<string, readonly LadderRung[]>;

/** A ladder by name or spelt out. */
export const Ladder = z.union(
  [
    z.enum(Object.keys(LADDERS) as [keyof typeof LADDERS, ...(keyof typeof LADDERS)[]]),
    z
      .array(LadderRung)
      .min(1)
      .max(10)
      .refine((list) => new Set(list.map((rung) => rung.name)).size === list.length, 'names must differ'),
  ],
  { error: `must be one of ${Object.keys(LADDERS).join(', ')}, or a list of up to ten rungs` },
);
export type Ladder = z.infer<typeof Ladder>;

/** The rungs of a ladder; none for one of sound alone. */
export function rungsOf(ladder: Ladder): readonly LadderRung[] {
  return typeof ladder === 'string' ? LADDERS[ladder] : ladder;
}
