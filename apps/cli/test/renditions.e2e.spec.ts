import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { storeKeys, type JobView, type TranscodeRequestBody } from '@framefold/domain';
import {
  clipPath,
  frameNumbers,
  generatedClip,
  requireTool,
  startStack,
  withJoined,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';
import { verifyTree } from '@framefold/verify';
import { fileTree } from '../src/verify/tree-readers.ts';

const LADDER = {
  h264: { codec: 'h264', preset: 'veryfast' },
  hevc: { codec: 'hevc', preset: 'ultrafast' },
  vp9: { codec: 'vp9', preset: 'veryfast' },
  av1: { codec: 'av1', preset: 'ultrafast' },
  average: { codec: 'h264', preset: 'veryfast', averageKbps: 300 },
  twice: { codec: 'h264', preset: 'veryfast', averageKbps: 300, passes: 2 },
  half: { codec: 'h264', preset: 'veryfast', maxFrameRate: 13 },
} as const;

const every = (frames: number, step = 1): number[] =>
  Array.from({ length: Math.ceil(frames / step) }, (_, index) => index * step);

describe('what a job can ask for', () => {
  let stack: TestStack;
  beforeAll(async () => (stack = await startStack()));
  afterAll(() => stack.stop());

  const transcode = async (
    file: string,
    request: Omit<TranscodeRequestBody, 'sourceUrl'>,
  ): Promise<{ job: JobView; playlist: (name: string) => string; master: string }> => {
    const jobId = await stack.submit({ sourceUrl: pathToFileURL(file).href, segmentSeconds: 2, ...request });
    const job = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    const output = join(stack.home, 'store', storeKeys.output(jobId));
    const masterFile = join(output, 'master.m3u8');
    expect((await verifyTree(fileTree(fetch), pathToFileURL(masterFile).href)).findings).toEqual([]);
    const master = await readFile(masterFile, 'utf8');
    return { job, master, playlist: (name) => join(output, name, 'playlist.m3u8') };
  };

  const rungs = (wanted: Readonly<Record<string, object>>): TranscodeRequestBody['ladder'] =>
    Object.entries(wanted).map(([name, rung]) => ({ name, shortSide: 64, maxrateKbps: 600, ...rung }));

  /** What ffmpeg reads of a rendition's picture, tags and all. */
  const streamOf = (playlist: string): Promise<string> =>
    withJoined(playlist, async (file) => {
      const { stderr } = await promisify(execFile)(requireTool('ffmpeg'), [
        ...['-nostdin', '-hide_banner', '-i', file, '-frames:v', '1', '-f', 'null', '-'],
      ]);
      return /Stream #0.*Video: .*/.exec(stderr)?.[0] ?? '';
    });

  it('every codec and rate control, each frame once and in order', async () => {
    const clip = await generatedClip('bt709.mp4');
    const { job, playlist, master } = await transcode(clip, { ladder: rungs(LADDER) });
    expect(job.warnings.map(({ code }) => code)).toEqual(['FRAME_RATE_REDUCED']);
    const frames = (await frameNumbers(clip)).length;
    for (const name of Object.keys(LADDER)) {
      const shown = await withJoined(playlist(name), (file) => frameNumbers(file));
      expect([name, shown]).toEqual([name, every(frames, name === 'half' ? 2 : 1)]);
      expect(await streamOf(playlist(name))).toMatch(/yuv420p\(tv, bt709/);
    }
    const codecs = [...master.matchAll(/CODECS="([^".]+)/g)].map(([, codec]) => codec);
    expect(codecs.sort()).toEqual(['av01', 'avc1', 'avc1', 'avc1', 'avc1', 'hvc1', 'vp09']);
    expect(master).toMatch(/FRAME-RATE=12\.500,VIDEO-RANGE=SDR\nhalf\//);
  });

  it.each<[GeneratedClipName, string, string]>([
    ['hdr10-hevc.mp4', 'PQ', 'smpte2084'],
    ['hlg-hevc.mp4', 'HLG', 'arib-std-b67'],
  ])('HDR that stays HDR, beside SDR: %s', async (clip, range, transfer) => {
    const kept = { dynamicRange: 'source', preset: 'ultrafast' } as const;
    const { playlist, master } = await transcode(await generatedClip(clip), {
      ladder: rungs({
        hevc: { ...kept, codec: 'hevc' },
        av1: { ...kept, codec: 'av1' },
        sdr: { preset: 'ultrafast' },
      }),
    });
    expect(await streamOf(playlist('hevc'))).toContain(`yuv420p10le(tv, bt2020nc/bt2020/${transfer}`);
    expect(await streamOf(playlist('av1'))).toContain(`yuv420p10le(tv, bt2020nc/bt2020/${transfer}`);
    expect(await streamOf(playlist('sdr'))).toContain('yuv420p(tv, bt709');
    const ranges = [...master.matchAll(/VIDEO-RANGE=(\w+)/g)].map(([, value]) => value);
    expect(ranges.sort()).toEqual([range, range, 'SDR'].sort());
  });

  it('a part of the source, with its sound and text', async () => {
    const { job, playlist } = await transcode(await generatedClip('subtitles-srt.mkv'), {
      ladder: rungs({ small: { preset: 'ultrafast' } }),
      startSeconds: 1.5,
      endSeconds: 3.2,
    });
    const shown = await withJoined(playlist('small'), (file) => frameNumbers(file));
    // 25 frames a second: frame 38 is shown at 1.52 s, and frame 79 at 3.16 s.
    expect(shown).toEqual(every(80).slice(38));
    const text = job.renditions.find(({ name }) => name === 'subtitles-eng');
    expect(text?.measured?.samples).toBe(2);
  });

  it('sound alone, of a file that has nothing else', async () => {
    const { job, master } = await transcode(clipPath('audio-only.mp4'), {
      ladder: 'audio-only',
      audio: { codec: 'opus', bitrateKbps: 64 },
    });
    expect(job.renditions.map(({ kind }) => kind)).toEqual(['audio']);
    expect(job.progress.percent).toBe(100);
    expect(master).toMatch(/#EXT-X-STREAM-INF:.*CODECS="Opus",AUDIO="audio"\naudio-und\/playlist.m3u8/);
  });
});
