import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkUnit, storeKeys } from '@framefold/domain';
import { videoInit } from '@framefold/media/testing';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import HLS from 'hls-parser';
import {
  JOB_ID,
  PLAN,
  storeEncodedJob,
  storeUnits,
  UNITS,
  type EncodedUnits,
  type RenditionShape,
  type SegmentShape,
} from '../testing/encoded-job.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { mergeOutput } from './merge-output.ts';

const FIRST_CHUNK = chunkUnit(0);
const LAST_CHUNK = chunkUnit(1);

beforeAll(() => HLS.setOptions({ strictMode: true }));

describe('mergeOutput', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-merge-'));
    store = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const merge = (generations?: Record<string, number>): ReturnType<ReturnType<typeof mergeOutput>> => {
    const input = {
      ...{ jobId: JOB_ID, planKey: storeKeys.plan(JOB_ID), generation: 0 },
      ...(generations === undefined ? {} : { generations }),
    };
    return quietEnvironment().run(() => mergeOutput({ store })(input));
  };

  const outputFiles = async (): Promise<Map<string, Buffer>> => {
    const files = new Map<string, Buffer>();
    for await (const { key } of store.list(storeKeys.output(JOB_ID))) {
      files.set(key.slice(storeKeys.output(JOB_ID).length), (await store.get(key)) ?? Buffer.alloc(0));
    }
    return files;
  };

  describe('of what encoders gave as planned', () => {
    beforeEach(() => storeEncodedJob(store));

    it('measures every rendition', async () => {
      const { renditions, output } = await merge();
      expect(renditions).toEqual([
        {
          name: 'large',
          kind: 'video',
          playlist: 'large/playlist.m3u8',
          codecs: 'avc1.64001E',
          segments: 3,
          samples: 13,
          durationSeconds: 2.6,
          sizeBytes: 3600 + videoInit(320, 240).length,
          // Segments of 8000, 16,000 and 8000 bit/s; 3600 bytes in 2.6 s, rounded up.
          peakBitsPerSecond: 16_000,
          averageBitsPerSecond: 11_077,
          width: 320,
          height: 240,
          frameRate: 5,
          startSeconds: 0,
        },
        expect.objectContaining({ name: 'small', peakBitsPerSecond: 4000, averageBitsPerSecond: 3693 }),
        // 122 AAC frames of 1024 samples; the second segment has 3760 bytes in 47 frames.
        expect.objectContaining({
          name: 'audio-eng',
          kind: 'audio',
          codecs: 'mp4a.40.2',
          segments: 3,
          samples: 122,
          peakBitsPerSecond: 30_000,
          averageBitsPerSecond: 20_779,
          startSeconds: -1024 / 48_000,
        }),
      ]);
      expect(output).toMatchObject({
        folderKey: 'jobs/job/output/',
        master: 'master.m3u8',
        durationSeconds: 2.6,
      });
    });

    it('writes a master playlist with the figures of picture and sound together', async () => {
      await merge();
      const files = await outputFiles();
      const master = HLS.parse(String(files.get('master.m3u8'))) as HLS.types.MasterPlaylist;
      const [best, second] = master.variants;
      expect(best).toMatchObject({
        uri: 'large/playlist.m3u8',
        bandwidth: 46_000,
        averageBandwidth: 31_856,
        codecs: 'avc1.64001E,mp4a.40.2',
        resolution: { width: 320, height: 240 },
        frameRate: 5,
      });
      expect(second).toMatchObject({
        uri: 'small/playlist.m3u8',
        bandwidth: 34_000,
        averageBandwidth: 24_472,
        resolution: { width: 160, height: 120 },
      });
      expect(best?.audio).toEqual([
        expect.objectContaining({
          uri: 'audio-eng/playlist.m3u8',
          name: 'English',
          language: 'eng',
          isDefault: true,
          channels: '2',
        }),
      ]);
    });

    it('writes playlists whose segments are there and as long as they say', async () => {
      await merge();
      const files = await outputFiles();
      for (const [name, seconds] of [
        ['large', [1, 1, 0.6]],
        ['small', [1, 1, 0.6]],
        ['audio-eng', [(46 * 1024) / 48_000, (47 * 1024) / 48_000, (29 * 1024) / 48_000]],
      ] as const) {
        const playlist = HLS.parse(String(files.get(`${name}/playlist.m3u8`))) as HLS.types.MediaPlaylist;
        expect(playlist.endlist).toBe(true);
        expect(playlist.segments.map((segment) => segment.duration)).toEqual(
          seconds.map((duration) => Number(duration.toFixed(6))),
        );
        const named = [playlist.segments[0]?.map?.uri, ...playlist.segments.map((segment) => segment.uri)];
        expect(named[0]).toBe('init.mp4');
        for (const uri of named) expect(files.has(`${name}/${String(uri)}`)).toBe(true);
      }
    });

    it('writes the checksum of every file, and counts what it wrote', async () => {
      const { output } = await merge();
      const files = await outputFiles();
      const sums = String(files.get('SHA256SUMS'));
      files.delete('SHA256SUMS');
      const expected = [...files].map(
        ([path, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`,
      );
      expect(sums).toBe(expected.join(''));
      // Three renditions of a playlist, an init segment and three segments; the master playlist.
      expect(files.size).toBe(3 * 5 + 1);
      expect(output.files).toBe(files.size);
      expect(output.sizeBytes).toBe([...files.values()].reduce((sum, bytes) => sum + bytes.length, 0));
    });

    it('writes the master playlist last', async () => {
      const written: string[] = [];
      const put = store.put.bind(store);
      store.put = async (key, body) => {
        await put(key, body);
        written.push(key);
      };
      await merge();
      expect(written.map((key) => key.slice(storeKeys.output(JOB_ID).length))).toEqual([
        'large/playlist.m3u8',
        'small/playlist.m3u8',
        'audio-eng/playlist.m3u8',
        'SHA256SUMS',
        'master.m3u8',
      ]);
    });

    it('gives the same bytes when it runs twice', async () => {
      const first = await merge();
      const files = await outputFiles();
      expect(await merge()).toEqual(first);
      expect(await outputFiles()).toEqual(files);
    });

    const segmentKey = async (rendition: string): Promise<string> => {
      for await (const { key } of store.list(`${storeKeys.output(JOB_ID)}${rendition}/`)) {
        if (key.endsWith('.m4s')) return key;
      }
      throw new Error(`${rendition} has no segment.`);
    };

    it('refuses when a unit has no commit', async () => {
      await store.delete(storeKeys.commit(JOB_ID, LAST_CHUNK, 0));
      await expectRefusal(/Nothing is committed for chunk-00001/);
    });

    it('refuses when a segment is gone', async () => {
      await store.delete(await segmentKey('small'));
      await expectRefusal(/small: segment 0 is not in the store/);
    });

    it('refuses when the init segment is gone', async () => {
      await store.delete(storeKeys.outputFile(JOB_ID, 'small/init.mp4'));
      await expectRefusal(/init segment is missing/);
    });

    it('refuses when the init segment was altered', async () => {
      await store.put(storeKeys.outputFile(JOB_ID, 'small/init.mp4'), videoInit(160, 122));
      await expectRefusal(/init segment is missing or altered/);
    });

    it('refuses a segment that was cut off', async () => {
      const key = await segmentKey('large');
      await store.put(key, (await store.get(key))?.subarray(0, -1) ?? '');
      await expectRefusal(/large: segment 0/);
    });

    it('refuses a segment whose boxes were overwritten', async () => {
      const key = await segmentKey('large');
      await store.put(key, Buffer.alloc(1000, 0xff));
      await expectRefusal(/large: segment 0 cannot be read/);
    });
  });

  it('refuses a segment that holds many more frames than its record says', async () => {
    await storeEncodedJob(
      store,
      withSegment(FIRST_CHUNK, 0, { samples: 90, ticksPerSample: 1000, sizeBytes: 2000 }),
    );
    const key = storeKeys.commit(JOB_ID, FIRST_CHUNK, 0);
    const record = String(await store.get(key));
    expect(record).toContain('"samples":90');
    await store.put(key, record.replace('"samples":90', '"samples":5'));
    await expectRefusal(/large: segment 0/);
  });

  /** A segment of the first chunk's, or of another unit's, first rendition; all else as planned. */
  const withSegment = (
    unit: keyof typeof UNITS,
    position: number,
    change: Partial<SegmentShape>,
  ): EncodedUnits => {
    const [first, ...others] = UNITS[unit] as readonly RenditionShape[];
    if (first === undefined) throw new Error(`${unit} has no rendition.`);
    const segments = first.segments.map((segment, index) =>
      index === position ? { ...segment, ...change } : segment,
    );
    return { ...UNITS, [unit]: [{ ...first, segments }, ...others] };
  };

  const expectRefusal = async (message: RegExp): Promise<void> => {
    await expect(merge()).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      message: expect.stringMatching(message) as string,
    });
    expect(await store.head(storeKeys.outputFile(JOB_ID, 'master.m3u8'))).toBeUndefined();
  };

  it('refuses a segment with a frame too few', async () => {
    await storeEncodedJob(store, withSegment(FIRST_CHUNK, 0, { samples: 4, ticksPerSample: 22_500 }));
    await expectRefusal(/segment 0 has 4 frames instead of 5/);
  });

  it('refuses a gap between two segments of a chunk', async () => {
    await storeEncodedJob(store, withSegment(FIRST_CHUNK, 0, { ticksPerSample: 17_999 }));
    await expectRefusal(/gap before segment 1/);
  });

  it('refuses a gap between two chunks', async () => {
    await storeEncodedJob(store, withSegment(FIRST_CHUNK, 1, { ticksPerSample: 17_999 }));
    await expectRefusal(/gap before segment 2/);
  });

  it('refuses a segment that starts at another time', async () => {
    await storeEncodedJob(store, withSegment(LAST_CHUNK, 0, { startTicks: 180_001 }));
    await expectRefusal(/segment 2 starts at the wrong time/);
  });

  it('refuses sound that starts without its priming frame', async () => {
    await storeEncodedJob(store, withSegment('audio-eng', 0, { startTicks: 0 }));
    await expectRefusal(/audio-eng: segment 0 starts at the wrong time/);
  });

  it('refuses a segment that does not begin with a keyframe', async () => {
    await storeEncodedJob(store, withSegment(FIRST_CHUNK, 1, { beginsWithKeyframe: false }));
    await expectRefusal(/segment 1 does not begin with a keyframe/);
  });

  it('refuses segments that come in another order than planned', async () => {
    await storeEncodedJob(store, withSegment(LAST_CHUNK, 0, { index: 3 }));
    await expectRefusal(/segment 2 is numbered 3/);
  });

  it('refuses a chunk with a segment too few', async () => {
    const [first, ...others] = UNITS[FIRST_CHUNK] as readonly RenditionShape[];
    const short = { ...first, segments: first?.segments.slice(0, 1) } as RenditionShape;
    await storeEncodedJob(store, { ...UNITS, [FIRST_CHUNK]: [short, ...others] });
    await expectRefusal(/2 segments instead of 3/);
  });

  it('refuses init segments that differ between chunks', async () => {
    const [first, ...others] = UNITS[LAST_CHUNK] as readonly RenditionShape[];
    const other = { ...first, init: videoInit(320, 242) } as RenditionShape;
    await storeEncodedJob(store, { ...UNITS, [LAST_CHUNK]: [other, ...others] });
    await expectRefusal(/init segments differ/);
  });

  it('refuses a unit without one of the renditions', async () => {
    await storeEncodedJob(store, { ...UNITS, [LAST_CHUNK]: UNITS[LAST_CHUNK]?.slice(0, 1) ?? [] });
    await expectRefusal(/chunk-00001 lacks rendition small/);
  });

  it('counts only what this generation committed', async () => {
    await storeEncodedJob(store);
    const input = { jobId: JOB_ID, planKey: storeKeys.plan(JOB_ID), generation: 1 };
    await expect(quietEnvironment().run(() => mergeOutput({ store })(input))).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
    });
  });

  describe('of renditions that were encoded by themselves', () => {
    /** The units of one rendition; each segment a few bytes longer than planned, so that its bytes differ. */
    const unitsOf = (rendition: string, more = 0): EncodedUnits =>
      Object.fromEntries(
        [FIRST_CHUNK, LAST_CHUNK].map((unit, index) => {
          const shapes = (UNITS[unit] as readonly RenditionShape[]).filter(({ name }) => name === rendition);
          return [
            chunkUnit(index, rendition),
            shapes.map((shape) => ({
              ...shape,
              ...(more === 0 ? {} : { init: videoInit(160, 122) }),
              segments: shape.segments.map((one) => ({ ...one, sizeBytes: one.sizeBytes + more })),
            })),
          ];
        }),
      );

    beforeEach(async () => {
      await storeEncodedJob(store, { 'audio-eng': UNITS['audio-eng'], ...unitsOf('large') });
      await storeUnits(store, unitsOf('small'));
      await storeUnits(store, unitsOf('small', 8), 1);
    });

    it('takes the generation of each that counts, and removes what belongs to no other', async () => {
      const stray = 'large/segment00000-0000000000.m4s';
      await store.put(storeKeys.outputFile(JOB_ID, stray), 'of an attempt that came second');
      await store.put(storeKeys.outputFile(JOB_ID, 'job.json'), '{}');
      const { output } = await merge({ large: 0, small: 1 });
      const files = await outputFiles();
      const sums = String(files.get('SHA256SUMS'));
      const named = sums.split('\n').flatMap((line) => line.split('  ')[1] ?? []);
      expect([...files.keys()].sort()).toEqual([...named, 'SHA256SUMS', 'job.json'].sort());
      expect(output.files).toBe(named.length);
      expect([...files.keys()].filter((path) => path.includes('init'))).toEqual([
        'audio-eng/init.mp4',
        'large/init.mp4',
        'small/init-g1.mp4',
      ]);
      const playlist = String(files.get('small/playlist.m3u8'));
      expect(playlist).toContain('init-g1.mp4');
      const sizes = [...files].flatMap(([path, bytes]) => (path.startsWith('small/s') ? [bytes.length] : []));
      expect(sizes).toEqual([508, 408, 308]);
    });

    it('removes before the master playlist is there', async () => {
      const done: string[] = [];
      const [put, remove] = [store.put.bind(store), store.delete.bind(store)];
      store.put = async (key, body) => {
        done.push(key);
        await put(key, body);
      };
      store.delete = async (key) => {
        done.push('removal');
        await remove(key);
      };
      await merge({ large: 0, small: 1 });
      expect(done.lastIndexOf('removal')).toBeGreaterThan(-1);
      expect(done.lastIndexOf('removal')).toBeLessThan(
        done.indexOf(`${storeKeys.output(JOB_ID)}master.m3u8`),
      );
    });

    it('gives the same bytes when it runs twice', async () => {
      const first = await merge({ large: 0, small: 1 });
      const files = await outputFiles();
      expect(await merge({ large: 0, small: 1 })).toEqual(first);
      expect(await outputFiles()).toEqual(files);
    });

    it('refuses a rendition without commits of its generation', async () => {
      await expect(merge({ large: 1, small: 1 })).rejects.toMatchObject({
        message: expect.stringMatching(/Nothing is committed for chunk-00000@large/) as string,
      });
      // Nothing is removed by a merge that does not succeed.
      expect(await store.head(storeKeys.outputFile(JOB_ID, 'small/init.mp4'))).toBeDefined();
    });
  });

  it('writes no sound group for a source without sound', async () => {
    await storeEncodedJob(store);
    await store.put(storeKeys.plan(JOB_ID), JSON.stringify({ ...PLAN, audio: [] }));
    await merge();
    const text = String((await outputFiles()).get('master.m3u8'));
    const master = HLS.parse(text) as HLS.types.MasterPlaylist;
    expect(master.variants[0]).toMatchObject({ bandwidth: 16_000, codecs: 'avc1.64001E', audio: [] });
    expect(text).not.toContain('EXT-X-MEDIA:');
  });
});
