import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '@framefold/config';
import { FrameTable, storeKeys, type SourceMeta } from '@framefold/domain';
import {
  createFolderStore,
  createProcessRunner,
  type ObjectStore,
  type ProcessRunner,
  type SandboxedCommand,
} from '@framefold/platform';
import { clipPath, requireTool } from '@framefold/testing';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { probeSource, type SourceLimits } from './probe-source.ts';

const LIMITS: SourceLimits = {
  sourceBytes: 1e9,
  sourceSeconds: 600,
  sourcePixels: 1920 * 1080,
  sourceFrames: 20_000,
};

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=2'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];

describe('probeSource', () => {
  const ffmpeg = requireTool('ffmpeg');
  const ffprobe = requireTool('ffprobe');
  let folder: string;
  let store: ObjectStore;
  let runner: ProcessRunner;
  let ran: SandboxedCommand[];
  beforeAll(async () => {
    const { bwrap } = loadConfig().tools;
    const best = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
    runner = {
      isolation: best.isolation,
      run: (command) => {
        ran.push(command);
        return best.run(command);
      },
    };
  });
  beforeEach(async () => {
    ran = [];
    folder = await mkdtemp(join(tmpdir(), 'framefold-probe-'));
    store = createFolderStore(join(folder, 'store'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const probe = async (file: string, limits: Partial<SourceLimits> = {}): Promise<SourceMeta> => {
    const { size } = await stat(file);
    const source = { uri: pathToFileURL(file).href, sizeBytes: size, inPlace: true };
    const activity = probeSource({
      store,
      copies: noCopies,
      trust: 'all',
      runner,
      ffmpeg,
      ffprobe,
      limits: { ...LIMITS, ...limits },
    });
    return quietEnvironment().run(() => activity({ jobId: 'job', source }));
  };

  const frames = async (): Promise<FrameTable> =>
    FrameTable.parse(JSON.parse(String(await store.get(storeKeys.frames('job')))));

  /** Makes a file with ffmpeg. */
  const make = (name: string, ...args: readonly string[]): string => {
    const file = join(folder, name);
    execFileSync(ffmpeg, ['-v', 'error', '-y', ...args, file]);
    return file;
  };

  /** Programs that read the whole source: the looks at its fields left out. */
  const scans = (): string[] =>
    ran.filter(({ args }) => !args.some((arg) => arg.startsWith('idet'))).map(({ program }) => program);

  it('measures a common file by its packets alone', async () => {
    const meta = await probe(clipPath('bunny-480p24-30s.mp4'));
    expect(meta).toMatchObject({
      sizeBytes: 4_139_823,
      durationSeconds: 30,
      video: {
        codec: 'h264',
        displayWidth: 854,
        displayHeight: 480,
        frameRate: { num: 24, den: 1 },
        frameCount: 720,
        startSeconds: 0,
        rotationDegrees: 0,
      },
      audio: [{ codec: 'aac', channels: 6 }],
    });
    const table = await frames();
    const seconds = table.keyframes.map((index) =>
      Number(((table.pts[index] ?? NaN) / table.timeBase.den).toFixed(1)),
    );
    expect(seconds).toEqual([0, 10.4, 11.9, 15.8, 23]);
    expect(scans()).toEqual([ffprobe, ffprobe]);
  });

  describe("of the picture's form", () => {
    it.each([
      [90, 270, 180, 320],
      [-90, 90, 180, 320],
      [180, 180, 320, 180],
    ])(
      'reads a rotation of %i counter-clockwise',
      async (turn, rotationDegrees, displayWidth, displayHeight) => {
        const upright = make('upright.mp4', ...PICTURE, ...H264);
        const turned = make('turned.mp4', '-display_rotation', String(turn), '-i', upright, '-c', 'copy');
        const { video } = await probe(turned);
        expect(video).toMatchObject({
          codedWidth: 320,
          codedHeight: 180,
          rotationDegrees,
          displayWidth,
          displayHeight,
        });
      },
    );

    it('stretches pixels that are not square', async () => {
      const { video } = await probe(make('wide.mp4', ...PICTURE, '-vf', 'setsar=4/3', ...H264));
      expect(video).toMatchObject({
        sampleAspectRatio: { num: 4, den: 3 },
        displayWidth: 427,
        displayHeight: 180,
      });
    });

    it('knows HDR by its transfer', async () => {
      expect((await probe(clipPath('hlg10-hevc.mp4'))).video?.hdr).toBe('hlg');
      expect((await probe(clipPath('hdr10-av1.mp4'))).video?.hdr).toBe('pq');
    });
  });

  describe("of the picture's times", () => {
    it('names no frame rate where frames are uneven', async () => {
      // Frames 10 to 29 are left out.
      const uneven = ['-vf', "select='not(between(n,10,29))'", '-fps_mode', 'passthrough'];
      const { video } = await probe(make('uneven.mkv', ...PICTURE, ...uneven, ...H264));
      expect(video).not.toHaveProperty('frameRate');
      expect(video?.frameCount).toBe(30);
      const { pts } = await frames();
      expect(pts.slice(9, 11)).toEqual([360, 1200]);
    });

    it('orders B-frames by when they are shown, and starts at the first one shown', async () => {
      const bFrames = ['-c:v', 'libx264', '-preset', 'medium', '-bf', '3', '-g', '25', '-pix_fmt', 'yuv420p'];
      const { video, startSeconds } = await probe(make('b-frames.ts', ...PICTURE, ...bFrames));
      const { pts, keyframes } = await frames();
      expect(video).toMatchObject({ frameCount: 50, frameRate: { num: 25, den: 1 } });
      expect(video?.startSeconds).toBe((pts[0] ?? NaN) / 90_000);
      expect(video?.startSeconds).toBeGreaterThanOrEqual(startSeconds);
      expect(pts).toEqual(pts.map((_, index) => (pts[0] ?? NaN) + index * 3600));
      expect(keyframes).toEqual([0, 25]);
    });

    it('leaves out frames that an edit list hides', async () => {
      // Its first packet, a keyframe, lies before the edit list's start.
      const { video } = await probe(clipPath('edit-list-preroll.mp4'));
      expect(video).toMatchObject({ frameCount: 16, startSeconds: 0 });
      expect((await frames()).keyframes).toEqual([]);
    });

    it('keeps a start that is late', async () => {
      const { video } = await probe(clipPath('first-pts-10s.mp4'));
      expect(video).toMatchObject({ startSeconds: 10, frameCount: 120, durationSeconds: 4 });
    });

    it('measures a duration that the header exaggerates', async () => {
      const { durationSeconds, video } = await probe(clipPath('fragmented.mp4'));
      expect(video?.frameCount).toBe(30);
      expect(durationSeconds).toBeCloseTo(1, 2);
    });

    it.each([
      ['packed MPEG-4', ['-c:v', 'mpeg4', '-bf', '2']],
      ['H.264', H264.with(3, 'medium')],
    ])('decodes %s in AVI, whose packets have no times', async (_, codec) => {
      const { video } = await probe(make('untimed.avi', ...PICTURE, ...codec));
      expect(scans()).toEqual([ffprobe, ffprobe, ffmpeg]);
      expect(video).toMatchObject({ frameCount: 50, frameRate: { num: 25, den: 1 } });
      expect(video?.durationSeconds).toBeCloseTo(2, 5);
      const { pts, keyframes } = await frames();
      expect(pts).toEqual(pts.map((__, index) => (pts[0] ?? NaN) + index));
      expect(keyframes).toEqual([0]);
    });
  });

  describe("of the picture's fields", () => {
    const moving = 'testsrc2=size=640x480:rate=50:duration=2';
    it.each([
      ['tff', 'interleave_top', 'tff', true],
      ['bff', 'interleave_bottom', 'bff', true],
      ['tff, marked as progressive', 'interleave_top', 'prog', false],
    ])('finds lines of two moments: %s', async (name, mode, field, marked) => {
      const file = make(
        `${name}.mkv`,
        ...['-f', 'lavfi', '-i', moving, '-vf', `tinterlace=mode=${mode},setfield=${field}`],
        ...['-c:v', 'ffv1', ...(marked ? ['-flags', '+ildct+ilme'] : [])],
      );
      const { video } = await probe(file);
      expect(video?.fieldOrder).toBe(name.slice(0, 3));
    });

    // Fine stripes that move by a line a frame measure as fields; what is marked as fields is believed.
    it.each([
      ['few lines', 'testsrc2=size=256x144:rate=25:duration=3'],
      ['many frames a second', 'testsrc2=size=640x360:rate=50:duration=3'],
    ])('finds none in stripes that are not marked as interlaced: %s', async (name, stripes) => {
      const encoded = ['-pix_fmt', 'yuv420p', '-c:v', 'ffv1'];
      const unmarked = make(`${name}.mkv`, ...['-f', 'lavfi', '-i', stripes], ...encoded);
      const marked = make(
        `${name}, marked.mkv`,
        '-i',
        unmarked,
        '-vf',
        'setfield=tff',
        ...encoded,
        '-field_order',
        'tt',
      );
      expect((await probe(marked)).video).toHaveProperty('fieldOrder');
      expect((await probe(unmarked)).video).not.toHaveProperty('fieldOrder');
    });

    it('finds none in a progressive picture that is marked as interlaced', async () => {
      const file = make(
        'marked.mkv',
        ...['-i', clipPath('crystal-12s.mp4'), '-t', '2', '-an', '-vf', 'setfield=tff'],
        ...['-c:v', 'ffv1', '-field_order', 'tt'],
      );
      const { video } = await probe(file);
      expect(video).toMatchObject({ interlaced: true });
      expect(video).not.toHaveProperty('fieldOrder');
    });
  });

  it('finds metadata of HDR10+ with the frames', async () => {
    const hdr = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=none';
    const encoded = ['-pix_fmt', 'yuv420p10le', '-c:v', 'libx265', '-preset', 'ultrafast'];
    const scenes = join(folder, 'scenes.json');
    await writeFile(scenes, JSON.stringify(hdr10PlusScenes(50)));
    const dynamic = make(
      'dynamic.mkv',
      ...PICTURE,
      ...encoded,
      '-x265-params',
      `${hdr}:dhdr10-info=${scenes}`,
    );
    expect((await probe(dynamic)).video).toMatchObject({ hdr: 'pq', hasDynamicHdr: true });
    const fixed = make('fixed.mkv', ...PICTURE, ...encoded, '-x265-params', hdr);
    const { video } = await probe(fixed);
    expect(video?.hdr).toBe('pq');
    expect(video).not.toHaveProperty('hasDynamicHdr');
  });

  describe('of tracks', () => {
    it('does not take cover art for a picture', async () => {
      const cover = make('cover.png', ...PICTURE, '-frames:v', '1');
      const attached = ['-c', 'copy', '-disposition:v:0', 'attached_pic'];
      const sound = make('sound.m4a', ...SOUND, '-c:a', 'aac');
      const song = make('song.mp4', '-i', cover, '-i', sound, '-map', '0', '-map', '1', ...attached);
      const { video, otherVideoTracks, audio } = await probe(song);
      expect(video).toBeUndefined();
      expect(otherVideoTracks).toBe(0);
      expect(audio).toHaveLength(1);
      expect(await store.head(storeKeys.frames('job'))).toBeUndefined();
    });

    it('finds the picture beside cover art', async () => {
      const cover = make('cover.png', ...PICTURE, '-frames:v', '1');
      const film = make('film.mp4', ...PICTURE, ...H264);
      const attached = ['-c', 'copy', '-disposition:v:0', 'attached_pic'];
      const both = make('both.mp4', '-i', cover, '-i', film, '-map', '0', '-map', '1', ...attached);
      const { video, otherVideoTracks } = await probe(both);
      expect(video).toMatchObject({ codec: 'h264', frameCount: 50 });
      expect(otherVideoTracks).toBe(0);
    });

    it('reads languages, titles and the default of several sound tracks', async () => {
      const tags = ['eng', 'deu', 'und'].flatMap((language, index) => [
        `-metadata:s:a:${index}`,
        `language=${language}`,
      ]);
      const tracks = ['-map', '0', '-map', '1', '-map', '1', '-map', '1'];
      const chosen = ['-disposition:a', '0', '-disposition:a:1', 'default'];
      const title = ['-metadata:s:a:1', 'title=Kommentar'];
      const file = make(
        'languages.mkv',
        ...PICTURE,
        ...SOUND,
        ...tracks,
        ...H264,
        ...['-c:a', 'aac'],
        ...tags,
        ...title,
        ...chosen,
      );
      const { audio } = await probe(file);
      expect(
        audio.map(({ streamIndex, language, title: text, isDefault }) => [
          streamIndex,
          language,
          text,
          isDefault,
        ]),
      ).toEqual([
        [1, 'eng', undefined, false],
        [2, 'deu', 'Kommentar', true],
        [3, undefined, undefined, false],
      ]);
    });

    it('counts what a job does not carry on', async () => {
      expect(await probe(clipPath('subtitles-srt.mkv'))).toMatchObject({
        subtitles: [{ codec: 'subrip', kind: 'text' }],
        otherVideoTracks: 0,
      });
      expect(await probe(clipPath('broken-missing-stsd.mp4'))).toMatchObject({
        undecodableAudioTracks: 1,
        audio: [],
      });
    });

    it('describes a file without a picture', async () => {
      const { video, audio, durationSeconds } = await probe(clipPath('audio-only.mp4'));
      expect(video).toBeUndefined();
      expect(audio).toHaveLength(1);
      expect(durationSeconds).toBeCloseTo(1.045, 3);
    });
  });

  describe('refuses', () => {
    it.each<[string, Partial<SourceLimits>]>([
      ['pixels', { sourcePixels: 854 * 480 - 1 }],
      ['frames', { sourceFrames: 719 }],
      ['seconds', { sourceSeconds: 29.9 }],
    ])('too many %s', async (_, limits) => {
      await expect(probe(clipPath('bunny-480p24-30s.mp4'), limits)).rejects.toMatchObject({
        code: 'SOURCE_LIMIT_EXCEEDED',
      });
    });

    it('nothing that is just within the limits', async () => {
      const limits = { sourcePixels: 854 * 480, sourceFrames: 720, sourceSeconds: 30 };
      expect((await probe(clipPath('bunny-480p24-30s.mp4'), limits)).video?.frameCount).toBe(720);
    });

    it('noise', async () => {
      await expect(probe(clipPath('broken-noise.mp4'))).rejects.toMatchObject({ code: 'SOURCE_NOT_MEDIA' });
    });

    it('a playlist, whose text can name other files', async () => {
      make('film.ts', ...PICTURE, ...H264);
      const list = join(folder, 'list.m3u8');
      await writeFile(list, '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfilm.ts\n#EXT-X-ENDLIST\n');
      await expect(probe(list)).rejects.toMatchObject({ code: 'SOURCE_NOT_MEDIA' });
    });

    it('a file whose tables promise more than is there', async () => {
      await expect(probe(clipPath('broken-truncated.mp4'))).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
    });

    it('a file that was cut off before its tables', async () => {
      const film = make('film.mp4', ...PICTURE, ...H264);
      await truncate(film, (await readFile(film)).indexOf('moov'));
      await expect(probe(film)).rejects.toMatchObject({ code: 'SOURCE_NOT_MEDIA' });
    });
  });
});

/** Metadata of HDR10+ as x265 reads them: the same brightness for each of so many frames. */
function hdr10PlusScenes(frames: number): unknown {
  const scene = {
    BezierCurveData: { Anchors: [102, 205, 307, 410, 512, 614, 717, 819, 922], KneePointX: 0, KneePointY: 0 },
    LuminanceParameters: {
      AverageRGB: 1000,
      LuminanceDistributions: {
        DistributionIndex: [1, 5, 10, 25, 50, 75, 90, 95, 99],
        DistributionValues: [1, 100, 1, 10, 50, 500, 1000, 2000, 5000],
      },
      MaxScl: [5000, 5000, 5000],
    },
    NumberOfWindows: 1,
    TargetedSystemDisplayMaximumLuminance: 400,
    SceneId: 0,
  };
  return {
    JSONInfo: { HDR10plusProfile: 'B', Version: '1.0' },
    SceneInfo: Array.from({ length: frames }, (_, frame) => ({
      ...scene,
      SceneFrameIndex: frame,
      SequenceFrameIndex: frame,
    })),
    SceneInfoSummary: { SceneFirstFrameIndex: [0], SceneFrameNumbers: [frames] },
  };
}
