import { readdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { FailureCode, Warning } from '@framefold/domain';
import { clipPath, decodeTree, startStack, type TestStack } from '@framefold/testing';
import { expectSoundInPlace, expectStarts } from './av-offsets.ts';

/** What each clip of packages/testing/clips must give: frames and sizes, or a failure code. */
interface Expectation {
  readonly frames?: number;
  /** Sizes of the renditions, best first. */
  readonly sizes?: readonly string[];
  readonly audio?: number;
  readonly subtitles?: number;
  readonly warnings?: readonly Warning['code'][];
  /** Tags of every rendition: primaries, transfer, matrix and range; BT.709's unless said. */
  readonly colour?: string;
  readonly failure?: FailureCode;
  /**
   * What the times of its sound are like behind the first block. Holes of a few milliseconds are made good little by
   * little; where blocks overlap, there is no telling what should be heard.
   */
  readonly soundTimes?: 'with small holes' | 'overlapping';
  /** Whether there is nothing to be heard in its sound. */
  readonly isSilent?: true;
}

const BT709 = 'bt709 bt709 bt709 tv';
/** As players take small pictures that say nothing, or as the clip says. */
const BT601 = 'smpte170m smpte170m smpte170m tv';

const CLIPS: Readonly<Record<string, Expectation>> = {
  '720p-12_5fps-1s.mp4': { frames: 13, sizes: ['1280x720', '854x480', '640x360'], audio: 1, isSilent: true },
  'audio-eac3.mp4': { failure: 'SOURCE_NO_VIDEO' },
  'audio-only.mp4': { failure: 'SOURCE_NO_VIDEO' },
  'audio-shorter-than-video.mp4': {
    colour: 'bt470bg smpte170m smpte170m tv',
    frames: 72,
    sizes: ['320x240'],
    audio: 1,
  },
  'broken-invalid-nalu.mp4': { failure: 'SOURCE_DAMAGED' },
  'broken-mdat-too-long.mp4': { frames: 30, sizes: ['1080x720', '720x480', '540x360'], audio: 1 },
  'broken-missing-stsd.mp4': {
    frames: 30,
    sizes: ['1080x720', '720x480', '540x360'],
    audio: 0,
    warnings: ['AUDIO_UNDECODABLE'],
  },
  'broken-noise.mp4': { failure: 'SOURCE_NOT_MEDIA' },
  'broken-truncated.mp4': { failure: 'SOURCE_DAMAGED' },
  'bunny-480p24-30s.mp4': {
    colour: BT601,
    frames: 720,
    sizes: ['854x480', '640x360'],
    audio: 1,
    warnings: ['AUDIO_DOWNMIXED'],
  },
  'cars-30s.mp4': { colour: BT601, frames: 377, sizes: ['640x360'], audio: 1, isSilent: true },
  'color-info.mp4': {
    frames: 9,
    sizes: ['1080x1920', '720x1280', '480x854', '360x640'],
    audio: 1,
    warnings: ['HDR_TONE_MAPPED', 'DOLBY_VISION_DROPPED'],
  },
  'crystal-12s.mp4': {
    colour: 'smpte170m bt709 smpte170m tv',
    frames: 359,
    sizes: ['720x480', '540x360'],
    audio: 1,
  },
  'edit-list-bframes-video-only.mp4': {
    colour: 'bt470bg smpte170m bt470bg tv',
    frames: 12,
    sizes: ['586x480', '440x360'],
    audio: 0,
    warnings: ['CHROMA_REDUCED'],
  },
  'edit-list-positive-shift.mp4': {
    frames: 270,
    sizes: ['1920x1080', '1280x720', '854x480', '640x360'],
    audio: 1,
    isSilent: true,
    warnings: ['AUDIO_LEAD_TRIMMED'],
  },
  'edit-list-preroll.mp4': { frames: 16, sizes: ['640x360'], audio: 1, soundTimes: 'overlapping' },
  'first-pts-10s.mp4': { frames: 120, sizes: ['852x480', '640x360'], audio: 0 },
  'fragmented.mp4': {
    frames: 30,
    sizes: ['1080x720', '720x480', '540x360'],
    audio: 1,
    warnings: ['AUDIO_LEAD_TRIMMED'],
  },
  'hdr10-av1.mp4': {
    frames: 127,
    sizes: ['720x1280', '480x854', '360x640'],
    audio: 1,
    warnings: ['HDR_TONE_MAPPED'],
  },
  'hevc-bframes.mp4': { colour: BT601, frames: 30, sizes: ['854x480', '640x360'], audio: 0 },
  'hlg10-hevc.mp4': {
    frames: 9,
    sizes: ['1920x1080', '1280x720', '854x480', '640x360'],
    audio: 1,
    soundTimes: 'with small holes',
    warnings: ['HDR_TONE_MAPPED'],
  },
  'no-sync-table.mp4': { frames: 30, sizes: ['1080x720', '720x480', '540x360'], audio: 0 },
  'portrait.mp4': { frames: 30, sizes: ['720x1080', '480x720', '360x540'], audio: 1 },
  'sample.avi': { colour: BT601, frames: 96, sizes: ['864x360'], audio: 1 },
  'sample.flv': { frames: 30, sizes: ['1080x720', '720x480', '540x360'], audio: 1 },
  'sparse-timestamps.mp4': {
    frames: 30,
    sizes: ['1920x1080', '1280x720', '854x480', '640x360'],
    audio: 1,
    soundTimes: 'with small holes',
  },
  'square-vp9.webm': { frames: 90, sizes: ['480x480', '360x360'], audio: 0 },
  'subtitles-srt.mkv': {
    frames: 30,
    sizes: ['1080x720', '720x480', '540x360'],
    audio: 1,
    subtitles: 1,
  },
  'transport-stream.ts': { frames: 58, sizes: ['1920x1080', '1280x720', '854x480', '640x360'], audio: 1 },
};

/** What else lies in the folder: the six minutes of 1080p have a command of their own, `long-source.long.spec.ts`. */
const OTHERS = ['README.md', 'long-1080p-6min.mp4'];

it('expects something of every clip', async () => {
  expect([...Object.keys(CLIPS), ...OTHERS].sort()).toEqual((await readdir(clipPath(''))).sort());
});

describe('every clip, through a whole stack', () => {
  let stack: TestStack;
  const jobs = new Map<string, string>();
  beforeAll(async () => {
    stack = await startStack();
    // All at once: the queue is there to be used.
    for (const clip of Object.keys(CLIPS)) {
      jobs.set(clip, await stack.submit({ sourceUrl: pathToFileURL(clipPath(clip)).href }));
    }
  });
  afterAll(() => stack.stop());

  it.each(Object.entries(CLIPS))(
    '%s',
    async (clip, expected) => {
      const jobId = jobs.get(clip) ?? '';
      const job = await stack.follow(jobId);
      if (expected.failure !== undefined) {
        expect(job).toMatchObject({ status: 'failed', failure: { code: expected.failure } });
        expect(job.failure?.hint).not.toBe('');
        return;
      }
      expect(job.failure).toBeUndefined();
      expect(job.status).toBe('completed');
      expect(job.warnings.map((warning) => warning.code)).toEqual(expected.warnings ?? []);

      const texts = job.renditions.filter(({ kind }) => kind === 'subtitles');
      expect(texts).toHaveLength(expected.subtitles ?? 0);
      const output = join(stack.home, 'store/jobs', jobId, 'output');
      await expectStarts(output);
      if (expected.soundTimes !== 'overlapping')
        await expectSoundInPlace(clipPath(clip), job, output, {
          isEven: expected.soundTimes === undefined,
          isSilent: expected.isSilent === true,
        });
      const renditions = await decodeTree(output);
      const video = renditions.filter((rendition) => rendition.kind === 'video');
      const bySize = [...video].sort((a, b) => (b.height ?? 0) - (a.height ?? 0));
      expect(bySize.map((rendition) => `${rendition.width}x${rendition.height}`)).toEqual(expected.sizes);
      for (const rendition of video) {
        expect([rendition.name, rendition.frames]).toEqual([rendition.name, expected.frames]);
        expect([rendition.name, rendition.colour]).toEqual([rendition.name, expected.colour ?? BT709]);
        expect(rendition.startSeconds).toBeCloseTo(1, 5);
      }
      const audio = renditions.filter((rendition) => rendition.kind === 'audio');
      expect(audio).toHaveLength(expected.audio ?? 0);
      // The priming frame is before the start of presentation.
      for (const rendition of audio) expect(rendition.startSeconds).toBeCloseTo(1 - 1024 / 48_000, 4);
    },
    300_000,
  );
});
