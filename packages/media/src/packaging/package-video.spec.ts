import type { Plan, PlannedChunk } from '@framefold/domain';
import { readSamples } from '../isobmff/fragments.ts';
import { writeSegment, type TimedSample } from '../isobmff/segment.ts';
import { videoInit } from '../testing/init-segments.ts';
import { MissingFramesError, packageVideo } from './package-video.ts';

const FRAME_TICKS = 18_000;

/** Two segments of three frames, from 0.6 s on. */
const CHUNK: PlannedChunk = {
  index: 1,
  input: 0,
  seekPts: 0,
  frames: 6,
  segments: [
    { index: 3, sourceStartPts: 3, sourceEndPts: 6, startTicks: 54_000, endTicks: 108_000, frames: 3 },
    { index: 4, sourceStartPts: 6, sourceEndPts: 9, startTicks: 108_000, endTicks: 162_000, frames: 3 },
  ],
};

const PLAN = {
  inputs: [],
  renditions: [],
  presentationOriginSeconds: 1,
  video: { decodeLeadTicks: FRAME_TICKS },
} as unknown as Plan;

/** What an encoder gives: in decode order, on a clock of its own, frame `n` as the text `frame n`. */
const coded = (shownAs: number, decodedAs: number, isSync = false): TimedSample => ({
  bytes: Buffer.from(`frame ${shownAs}`),
  decodeTicks: decodedAs * FRAME_TICKS,
  durationTicks: FRAME_TICKS,
  presentationTicks: (shownAs + 1) * FRAME_TICKS,
  isSync,
});

const CODED = [coded(0, 0, true), coded(2, 1), coded(1, 2), coded(3, 3, true), coded(5, 4), coded(4, 5)];

const fileOf = (samples: readonly TimedSample[], timescale?: number): Buffer =>
  Buffer.concat([videoInit(320, 240, timescale), writeSegment(samples, 1)]);

describe('packageVideo', () => {
  it('cuts the frames into the planned segments at the planned times', () => {
    const { timescale, segments } = packageVideo(fileOf(CODED), PLAN, CHUNK, '480p');
    expect(timescale).toBe(90_000);
    expect(segments).toEqual([
      expect.objectContaining({ index: 3, samples: 3, startTicks: 54_000, durationTicks: 54_000 }),
      expect.objectContaining({ index: 4, samples: 3, startTicks: 108_000, durationTicks: 54_000 }),
    ]);
    const [first, second] = segments.map(({ bytes }) =>
      readSamples(bytes).map((sample) => ({
        frame: bytes.toString('utf8', sample.offset, sample.offset + sample.sizeBytes),
        // From the presentation origin on.
        shown: sample.presentationTicks - 90_000,
        isSync: sample.isSync,
      })),
    );
    expect(first).toEqual([
      { frame: 'frame 0', shown: 54_000, isSync: true },
      { frame: 'frame 2', shown: 90_000, isSync: false },
      { frame: 'frame 1', shown: 72_000, isSync: false },
    ]);
    expect(second?.map(({ frame, shown }) => [frame, shown])).toEqual([
      ['frame 3', 108_000],
      ['frame 5', 144_000],
      ['frame 4', 126_000],
    ]);
  });

  it('lets decode times begin and end with their segment', () => {
    for (const { bytes, startTicks, durationTicks } of packageVideo(fileOf(CODED), PLAN, CHUNK, '480p')
      .segments) {
      const samples = readSamples(bytes);
      const last = samples.at(-1);
      expect(samples[0]?.decodeTicks).toBe(90_000 + startTicks);
      expect((last?.decodeTicks ?? NaN) + (last?.durationTicks ?? NaN)).toBe(
        90_000 + startTicks + durationTicks,
      );
    }
  });

  it('gives an init segment that does not depend on what the chunk holds', () => {
    const other = CODED.map((sample) => ({ ...sample, bytes: Buffer.from('other') }));
    expect(packageVideo(fileOf(other), PLAN, CHUNK, '480p').init).toEqual(
      packageVideo(fileOf(CODED), PLAN, CHUNK, '480p').init,
    );
  });

  it('says how many frames are missing', () => {
    const packaging = (): unknown => packageVideo(fileOf(CODED.slice(0, 4)), PLAN, CHUNK, '480p');
    expect(packaging).toThrow(MissingFramesError);
    expect(packaging).toThrow(expect.objectContaining({ expected: 6, found: 4 }));
  });

  it.each<[string, Buffer, RegExp]>([
    ['a frame too many', fileOf([...CODED, coded(6, 6)]), /7 frames instead of 6/],
    ['another timescale', fileOf(CODED, 12_800), /timescale of 12800/],
    [
      'a segment without a keyframe',
      fileOf(CODED.map((sample, index) => (index === 3 ? { ...sample, isSync: false } : sample))),
      /segment 4 does not begin with a keyframe/,
    ],
    [
      'a segment that begins late',
      fileOf(
        CODED.map((sample, index) =>
          index === 3 ? { ...sample, presentationTicks: sample.presentationTicks + 1 } : sample,
        ),
      ),
      /segment 4 does not begin with a keyframe at its start/,
    ],
    [
      'a frame in the wrong segment',
      fileOf(CODED.map((sample, index) => (index === 1 ? { ...coded(3, 1), isSync: false } : sample))),
      /segment 3 has 2 frames instead of 3/,
    ],
  ])('refuses %s', (_, file, message) => {
    const packaging = (): unknown => packageVideo(file, PLAN, CHUNK, '480p');
    expect(packaging).toThrow(message);
    expect(packaging).toThrow(expect.objectContaining({ code: 'ENCODER_OUTPUT_INVALID' }));
  });
});
