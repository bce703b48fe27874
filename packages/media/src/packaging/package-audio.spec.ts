import type { AudioRendition, Plan } from '@framefold/domain';
import { readSamples } from '../isobmff/fragments.ts';
import { writeSegment } from '../isobmff/segment.ts';
import { audioInit, opusInit, videoInit } from '../testing/init-segments.ts';
import { packageAudio } from './package-audio.ts';
import type { PackagedTrack } from './packaged.ts';

const TRACK = {
  name: 'audio-eng',
  codec: 'aac',
  sampleRateHz: 48_000,
} as Partial<AudioRendition> as AudioRendition;

/** A plan whose picture segments begin at `startTicks`, of 1 s in name. */
const planOf = (...startTicks: readonly number[]): Plan =>
  ({
    segmentSeconds: 1,
    presentationOriginSeconds: 1,
    chunks: startTicks.map((start) => ({ segments: [{ startTicks: start }] })),
  }) as unknown as Plan;

/** Sound as an encoder gives it, on a clock of its own; frame `n` as the text `frame n`. */
const fileOf = (frames: number, init = audioInit()): Buffer => {
  const samples = Array.from({ length: frames }, (_, index) => ({
    bytes: Buffer.from(`frame ${index}`),
    decodeTicks: 7 + index * 1024,
    durationTicks: 1024,
    presentationTicks: 7 + index * 1024,
    isSync: true,
  }));
  return Buffer.concat([init, writeSegment(samples, 1)]);
};

const shapesOf = ({ segments }: PackagedTrack): number[][] =>
  segments.map(({ index, samples, startTicks }) => [index, samples, startTicks / 1024]);

describe('packageAudio', () => {
  it('cuts at the last whole frame before each border of the picture, and goes on behind its end', () => {
    const track = packageAudio(fileOf(160), planOf(0, 90_000, 180_000), TRACK);
    // Frame n begins at (n - 1) * 1024: the first at or behind 1, 2 and 3 s are those of number 48, 95 and 142.
    expect(shapesOf(track)).toEqual([
      [0, 48, -1],
      [1, 47, 47],
      [2, 47, 94],
      [3, 18, 141],
    ]);
    expect(track.segments.map((segment) => segment.durationTicks / 1024)).toEqual([48, 47, 47, 18]);
  });

  it('tells no decoder of Opus to skip what lies before the start anyway', () => {
    const opus = { ...TRACK, codec: 'opus' } as const;
    const track = packageAudio(fileOf(2, opusInit(312)), planOf(0), opus);
    expect(track.init).toEqual(packageAudio(fileOf(2, opusInit(0)), planOf(0), opus).init);
    expect(track.segments[0]?.startTicks).toBe(-312);
  });

  it("sets every frame's time and keeps every byte", () => {
    const { segments, timescale } = packageAudio(fileOf(160), planOf(0, 90_000, 180_000), TRACK);
    expect(timescale).toBe(48_000);
    const samples = segments.flatMap(({ bytes }) =>
      readSamples(bytes).map((sample) => ({
        frame: bytes.toString('utf8', sample.offset, sample.offset + sample.sizeBytes),
        decodeTicks: sample.decodeTicks,
        presentationTicks: sample.presentationTicks,
        durationTicks: sample.durationTicks,
        isSync: sample.isSync,
      })),
    );
    expect(samples).toEqual(
      Array.from({ length: 160 }, (_, index) => ({
        frame: `frame ${index}`,
        decodeTicks: 48_000 + (index - 1) * 1024,
        presentationTicks: 48_000 + (index - 1) * 1024,
        durationTicks: 1024,
        isSync: true,
      })),
    );
  });

  it('numbers segments without a gap where picture segments are shorter than a frame of sound', () => {
    // Borders at 0, 1 and 2 ms: no frame of sound begins in the second segment.
    const track = packageAudio(fileOf(10), planOf(0, 90, 180), TRACK);
    expect(shapesOf(track)).toEqual([
      [0, 2, -1],
      [1, 8, 1],
    ]);
  });

  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a file without a frame', audioInit()],
    ['a picture', fileOf(10, videoInit(320, 240))],
    ['another sample rate', fileOf(10, audioInit(44_100))],
  ])('refuses %s', (_, file) => {
    expect(() => packageAudio(file, planOf(0), TRACK)).toThrow(
      expect.objectContaining({ code: 'ENCODER_OUTPUT_INVALID' }),
    );
  });
});
