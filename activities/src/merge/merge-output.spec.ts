import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkUnit, storeKeys } from '@framefold/domain';
import { audioInit, videoInit } from '@framefold/media/testing';
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

  const merge = (
    generations?: Record<string, number>,
    subtitles: readonly string[] = [],
  ): ReturnType<ReturnType<typeof mergeOutput>> => {
    const input = {
      ...{ jobId: JOB_ID, planKey: storeKeys.plan(JOB_ID), generation: 0, subtitles },
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
      await expectRefusal(/^FILE_MISSING: small\/playlist.m3u8, segment 0 /);
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
      await expectRefusal(/^SEGMENT_UNREADABLE: large\/playlist.m3u8, segment 0 /);
    });

    it('refuses a segment to which bytes were added', async () => {
      const key = await segmentKey('large');
      const free = Buffer.from('00000008' + Buffer.from('free').toString('hex'), 'hex');
      await store.put(key, Buffer.concat([(await store.get(key)) ?? free, free]));
      await expectRefusal(/^SIZE_WRONG: large\/playlist.m3u8, segment 0 /);
    });

    it('refuses a segment whose boxes were overwritten', async () => {
      const key = await segmentKey('large');
      await store.put(key, Buffer.alloc(1000, 0xff));
      await expectRefusal(/^SEGMENTS_WRONG: large\/playlist.m3u8, segment 0: It could not be measured/);
    });
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

  /** The first chunk's, or another unit's, first rendition with other segments or another init. */
  const withRendition = (
    unit: keyof typeof UNITS,
    change: (rendition: RenditionShape) => Partial<RenditionShape>,
  ): EncodedUnits => {
    const [first, ...others] = UNITS[unit] as readonly RenditionShape[];
    if (first === undefined) throw new Error(`${unit} has no rendition.`);
    return { ...UNITS, [unit]: [{ ...first, ...change(first) }, ...others] };
  };

  it.each<[string, EncodedUnits, RegExp]>([
    [
      'a frame too few',
      withSegment(FIRST_CHUNK, 0, { samples: 4, ticksPerSample: 22_500 }),
      /FRAMES_WRONG: large\/playlist.m3u8, segment 0 .*: Its frames are 4, planned is 5\./,
    ],
    [
      'a frame too many',
      withSegment(FIRST_CHUNK, 1, { samples: 6, ticksPerSample: 15_000 }),
      /FRAMES_WRONG: large\/playlist.m3u8, segment 1 /,
    ],
    [
      'a gap that players see',
      withSegment(FIRST_CHUNK, 0, { ticksPerSample: 17_000 }),
      /GAP: large\/playlist.m3u8, segment 1 .*END_WRONG: large\/playlist.m3u8, segment 0 /,
    ],
    [
      'a gap of some ticks between two segments of a chunk',
      withSegment(FIRST_CHUNK, 0, { ticksPerSample: 17_999 }),
      /^END_WRONG: large\/playlist.m3u8, segment 0 .*: It ends at 179995 ticks, planned is 180000 ticks\.$/,
    ],
    [
      'a gap of some ticks between two chunks',
      withSegment(FIRST_CHUNK, 1, { ticksPerSample: 17_999 }),
      /^END_WRONG: large\/playlist.m3u8, segment 1 /,
    ],
    [
      'an overlap',
      withSegment(FIRST_CHUNK, 1, { ticksPerSample: 19_000 }),
      /OVERLAP: large\/playlist.m3u8, segment 2 /,
    ],
    [
      'an end behind that of the plan',
      withSegment(LAST_CHUNK, 0, { ticksPerSample: 18_001 }),
      /^END_WRONG: large\/playlist.m3u8, segment 2 /,
    ],
    [
      'a segment that is much too long',
      withSegment(LAST_CHUNK, 0, { ticksPerSample: 90_000 }),
      /DURATION_WRONG: large\/playlist.m3u8, segment 2 .*END_WRONG/,
    ],
    [
      'another time',
      withSegment(LAST_CHUNK, 0, { startTicks: 180_001 }),
      /START_WRONG: large\/playlist.m3u8, segment 2 /,
    ],
    [
      'sound without its priming frame',
      withSegment('audio-eng', 0, { startTicks: 0 }),
      /START_WRONG: audio-eng\/playlist.m3u8, segment 0 /,
    ],
    [
      'sound with a hole',
      withSegment('audio-eng', 1, { startTicks: 46 * 1024 }),
      /GAP: audio-eng\/playlist.m3u8, segment 1 /,
    ],
    [
      'no keyframe',
      withSegment(FIRST_CHUNK, 1, { beginsWithKeyframe: false }),
      /^NOT_INDEPENDENT: large\/playlist.m3u8, segment 1 /,
    ],
    [
      'another order',
      withRendition(FIRST_CHUNK, ({ segments }) => ({ segments: [...segments].reverse() })),
      /OVERLAP: large\/playlist.m3u8, segment 1 .*And \d+ more\./,
    ],
    [
      'a segment too few',
      withRendition(FIRST_CHUNK, ({ segments }) => ({ segments: segments.slice(0, 1) })),
      /^SEGMENTS_WRONG: large has 2 segments instead of 3\.$/,
    ],
    [
      'another init in one chunk',
      withRendition(LAST_CHUNK, () => ({ init: videoInit(320, 242) })),
      /^INIT_CHANGES: large /,
    ],
    [
      'another clock in all chunks',
      Object.fromEntries(
        Object.entries(UNITS).map(([unit, renditions]) => [
          unit,
          renditions.map((one) => (one.name === 'small' ? { ...one, init: audioInit() } : one)),
        ]),
      ),
      /small\/playlist.m3u8/,
    ],
  ])('refuses %s', async (_, units, message) => {
    await storeEncodedJob(store, units);
    await expectRefusal(message);
  });

  it('refuses a segment that does not hold what its record says', async () => {
    await storeEncodedJob(store, withSegment('audio-eng', 0, { samples: 45 }));
    const key = storeKeys.commit(JOB_ID, 'audio-eng', 0);
    const record = String(await store.get(key));
    expect(record).toContain('"samples":45');
    await store.put(key, record.replace('"samples":45', '"samples":46'));
    await expectRefusal(/FRAMES_WRONG: audio-eng\/playlist.m3u8, segment 0 /);
  });

  it('takes fewer frames in one segment of a rendition, where the plan has a ceiling of its rate', async () => {
    const [large, small] = UNITS[FIRST_CHUNK] as readonly [RenditionShape, RenditionShape];
    const [fewer, second] = small.segments as readonly [SegmentShape, SegmentShape];
    const segments = [{ ...fewer, samples: 4, ticksPerSample: 22_500 }, second];
    await storeEncodedJob(store, { ...UNITS, [FIRST_CHUNK]: [large, { ...small, segments }] });
    await expectRefusal(/^FRAMES_WRONG: small\/playlist.m3u8, segment 0 [^:]+: [^:]+$/);
    const [first, last] = PLAN.chunks;
    const capped = first!.segments.map((segment) => ({
      ...segment,
      framesOf: { small: segment.index === 0 ? 4 : 5 },
    }));
    const plan = { ...PLAN, chunks: [{ ...first!, segments: capped }, last!] };
    await store.put(storeKeys.plan(JOB_ID), JSON.stringify(plan));
    expect((await merge()).renditions.map(({ samples }) => samples)).toEqual([13, 12, 122]);
  });

  describe('of a source that is cut', () => {
    const mergeCut = async (frames: number): ReturnType<typeof merge> => {
      const durationTicks = frames * 18_000;
      await storeEncodedJob(store);
      const [first, last] = PLAN.chunks;
      const segments = last!.segments.map((segment) => ({
        ...segment,
        endTicks: segment.startTicks + durationTicks,
      }));
      const chunks = [first!, { ...last!, segments }];
      await store.put(storeKeys.plan(JOB_ID), JSON.stringify({ ...PLAN, isCut: true, chunks }));
      return merge();
    };

    it('takes sound that ends with the picture', async () => {
      await expect(mergeCut(3)).resolves.toBeDefined();
    });

    it.each([2, 4])('refuses sound that does not: %i frames', async (frames) => {
      await expect(mergeCut(frames)).rejects.toMatchObject({
        code: 'OUTPUT_INVALID',
        message: expect.stringMatching(/^END_WRONG: audio-eng /) as string,
      });
    });
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
        message: expect.stringMatching(/Nothing is committed for chunk-0000\d@large/) as string,
      });
      // Nothing is removed by a merge that does not succeed.
      expect(await store.head(storeKeys.outputFile(JOB_ID, 'small/init.mp4'))).toBeDefined();
    });
  });

  describe('of text', () => {
    const texts = [
      { name: 'subtitles-eng', streamIndex: 2, label: 'English', isDefault: true, isForced: false },
      { name: 'subtitles-ger', streamIndex: 3, label: 'Deutsch', isDefault: true, isForced: true },
    ];
    const vtt = Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n');

    const mergeTexts = async (labels: readonly string[]): ReturnType<typeof merge> => {
      await storeEncodedJob(store);
      const subtitles = texts.map((text, index) => ({ ...text, label: labels[index] }));
      const audio = PLAN.audio.map((track) => ({ ...track, label: labels[0] }));
      await store.put(storeKeys.plan(JOB_ID), JSON.stringify({ ...PLAN, audio, subtitles }));
      for (const { name } of texts) {
        const path = `${name}/text.vtt`;
        await store.put(storeKeys.outputFile(JOB_ID, path), vtt);
        const sha256 = createHash('sha256').update(vtt).digest('hex');
        const record = {
          rendition: name,
          path,
          sizeBytes: vtt.length,
          sha256,
          cues: 1,
          durationSeconds: 2.6,
        };
        await store.put(storeKeys.commit(JOB_ID, name, 0), JSON.stringify(record));
      }
      return merge(
        undefined,
        texts.map(({ name }) => name),
      );
    };

    it.each([
      ["Director's cut, 5.1", 'Regie "A"=b'],
      ['tab\tand\u0085next\u0000', 'é 日本語 🎬'],
    ])('writes what players read, whatever tracks are called: %j, %j', async (...labels) => {
      const { renditions } = await mergeTexts(labels);
      expect(renditions.slice(3)).toMatchObject(
        texts.map(({ name }) => ({ name, kind: 'subtitles', samples: 1 })),
      );
      const master = String((await outputFiles()).get('master.m3u8'));
      expect(master).not.toMatch(/(?!\n)\p{Cc}/u);
      // Sources mark several, a group may have one.
      expect(master.match(/TYPE=SUBTITLES.*DEFAULT=YES/g)).toHaveLength(1);
    });

    it('refuses text that is not there whole', async () => {
      const put = store.put.bind(store);
      store.put = (key, body) => put(key, key.endsWith('ger/text.vtt') ? body.slice(0, -1) : body);
      await expect(mergeTexts(['A', 'B'])).rejects.toMatchObject({
        code: 'OUTPUT_INVALID',
        message: expect.stringMatching(
          /^SIZE_WRONG: subtitles-ger\/playlist.m3u8, segment 0 [^:]+: [^:]+$/,
        ) as string,
      });
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
