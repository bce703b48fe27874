import { z } from 'zod';
import { LadderRung, type VideoCodec } from './profiles.ts';
import type { TestSource } from './test-source.ts';

/** A preset by a name: one rendition, and the source that is made where a request has none. */
export interface Scenario {
  /** Of the test source; of another, the rendition's size goes by the short side and is never above the source. */
  readonly width: number;
  readonly height: number;
  /** Of the test source, and the rendition's ceiling: of a faster source every second, third ... frame is kept. */
  readonly frameRate: number;
  readonly codec: VideoCodec;
  readonly bitrateKbps: number;
  readonly preset: LadderRung['preset'];
}

const SIZES = {
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
  '4K': { width: 3840, height: 2160 },
} as const;

const scenario = (
  size: keyof typeof SIZES,
  frameRate: number,
  codec: VideoCodec,
  bitrateKbps: number,
  preset: Scenario['preset'],
): Scenario => ({ ...SIZES[size], frameRate, codec, bitrateKbps, preset });

/** The scenarios that a request can name; docs/media.md lists them. */
export const SCENARIOS = {
  '720p30-h264': scenario('720p', 30, 'h264', 2000, 'medium'),
  '720p60-h264': scenario('720p', 60, 'h264', 3000, 'medium'),
  '1080p-h264': scenario('1080p', 30, 'h264', 5000, 'medium'),
  '1080p60-h264': scenario('1080p', 60, 'h264', 7000, 'medium'),
  '4K30-h264': scenario('4K', 30, 'h264', 8000, 'fast'),
  '4K60-h264': scenario('4K', 60, 'h264', 10_000, 'fast'),
  '720p30-h265': scenario('720p', 30, 'hevc', 1500, 'fast'),
  '1080p-h265': scenario('1080p', 30, 'hevc', 3500, 'fast'),
  '1080p60-h265': scenario('1080p', 60, 'hevc', 5000, 'fast'),
  '4K60-h265': scenario('4K', 60, 'hevc', 15_000, 'fast'),
  '1080p-vp9': scenario('1080p', 30, 'vp9', 3500, 'fast'),
  '4K30-vp9': scenario('4K', 30, 'vp9', 10_000, 'fast'),
  '1080p-av1': scenario('1080p', 30, 'av1', 3000, 'fast'),
  '4K60-av1': scenario('4K', 60, 'av1', 12_000, 'fast'),
} as const satisfies Readonly<Record<string, Scenario>>;

/** The name of a scenario. */
export const ScenarioName = z.enum(
  Object.keys(SCENARIOS) as [keyof typeof SCENARIOS, ...(keyof typeof SCENARIOS)[]],
);
export type ScenarioName = z.infer<typeof ScenarioName>;

/** Length of a test source where nobody says one, in seconds. */
export const SCENARIO_SECONDS = 10;

const MOST_SECONDS = 600;

const error = 'must be like 5M or 2500k, or a whole number of kbit/s; from 50k to 100M';
const kbps = z.number().int().min(50, { error }).max(100_000, { error });

/** `5M` and `2500k` as kbit/s, as ffmpeg and its like read them: thousands and millions of bits. */
function toKbps(text: string): number {
  return Math.round(Number.parseFloat(text) * (/m$/i.test(text) ? 1000 : 1));
}

/** What a request may change of its scenario. */
export const ScenarioParameters = z.strictObject({
  duration: z
    .number()
    .int()
    .min(1)
    .max(MOST_SECONDS)
    .optional()
    .describe(`Whole seconds: of the test source (by default ${SCENARIO_SECONDS}), or taken of the source`),
  bitrate: z
    .union(
      [
        kbps,
        z
          .string()
          .regex(/^\d{1,6}(\.\d{1,3})?[kKmM]$/, { abort: true })
          .refine((text) => kbps.safeParse(toKbps(text)).success, { error })
          .transform(toKbps),
      ],
      { error },
    )
    .optional()
    .describe("Instead of the scenario's bit rate: 5M, 2500k, or a number of kbit/s"),
});
export type ScenarioParameters = z.infer<typeof ScenarioParameters>;

/** How far a second or two may be above the average. */
const CEILING_OF_AVERAGE = 1.5;

/** SVT-AV1 misses averages of a few seconds by half: it gets a ceiling over constant quality, which it keeps to. */
function rateOf(codec: VideoCodec, kbps: number): Pick<LadderRung, 'averageKbps' | 'maxrateKbps'> {
  if (codec === 'av1') return { maxrateKbps: kbps };
  return { averageKbps: kbps, maxrateKbps: Math.round(kbps * CEILING_OF_AVERAGE) };
}

/** The one step of a scenario's ladder. */
export function rungOf(name: ScenarioName, { bitrate }: ScenarioParameters = {}): LadderRung {
  const { height, frameRate, codec, bitrateKbps, preset } = SCENARIOS[name];
  const kbps = bitrate ?? bitrateKbps;
  return LadderRung.parse({
    name: name.toLowerCase(),
    shortSide: height,
    codec,
    ...rateOf(codec, kbps),
    preset,
    maxFrameRate: frameRate,
  });
}

/** The source of a scenario whose request has none. */
export function testSourceOf(
  name: ScenarioName,
  { duration = SCENARIO_SECONDS }: ScenarioParameters = {},
): TestSource {
  const { width, height, frameRate } = SCENARIOS[name];
  return { width, height, frameRate, seconds: duration };
}
