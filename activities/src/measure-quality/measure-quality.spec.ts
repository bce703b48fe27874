import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AttemptRecord,
  chunkUnit,
  CodedError,
  QualityRecord,
  qualityUnit,
  QualityReport,
  storeKeys,
  sumScores,
  type Plan,
} from '@framefold/domain';
import {
  createFolderStore,
  openScratch,
  type EncodeEngine,
  type ObjectStore,
  type QualityMeter,
} from '@framefold/platform';
import type { MeasureQualityInput } from '@framefold/workflows/contract';
import { mergeOutput } from '../merge/merge-output.ts';
import { JOB_ID, PLAN, storeEncodedJob, storeUnits, UNITS } from '../testing/encoded-job.ts';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { measureQuality } from './measure-quality.ts';

const WANTED: Plan = { ...PLAN, quality: { width: 320, height: 240 } };
const KEY = storeKeys.quality(JOB_ID, 0);

describe('measureQuality', () => {
  let folder: string;
  let store: ObjectStore;
  /** What the meter was given: rendition and bytes of its file. */
  let told: { name: string; bytes: number; sourceFile: string; plan: Plan }[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-measure-'));
    store = createFolderStore(join(folder, 'store'));
    await storeEncodedJob(store);
    await store.put(storeKeys.plan(JOB_ID), JSON.stringify(WANTED));
    await writeFile(join(folder, 'source.mp4'), 'source');
    told = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Scores segment n of the large rendition 90 + n, and of the small one 50 + n. */
  const meter: QualityMeter = {
    argv: (_, chunk, { name }) => ['ffmpeg', name, String(chunk.index)],
    measure: async ({ renditionFile, sourceFile, plan }, chunk, { name }) => {
      told.push({ name, bytes: (await readFile(renditionFile)).length, sourceFile, plan });
      return chunk.segments.map(({ index, frames }) => ({
        index,
        sums: sumScores(
          Array.from({ length: frames }, () => ({
            vmaf: (name === 'large' ? 90 : 50) + index,
            errorY: 1e-4,
            error: 1e-4,
            ssim: 0.9,
          })),
        ),
      }));
    },
  };

  const measure = async (fields: Partial<MeasureQualityInput> = {}, by = meter): Promise<void> => {
    const scratch = await openScratch(join(folder, 'scratch'));
    const engine = { build: 'fake-1' } as Partial<EncodeEngine> as EncodeEngine;
    const ceilings = { default: {}, live: {}, batch: {} };
    const places = { store, copies: noCopies, scratch };
    const deps = { ...places, engine, meter: by, workerId: 'w', trust: 'all' as const, ceilings };
    const source = { uri: pathToFileURL(join(folder, 'source.mp4')).href, sizeBytes: 6, inPlace: true };
    await quietEnvironment().run(() =>
      measureQuality(deps)({
        ...{ jobId: JOB_ID, source, planKey: storeKeys.plan(JOB_ID), chunkIndex: 0, generation: 0 },
        limits: { maxMemoryMb: 100, maxDiskMb: 1000, timeoutSec: 60 },
        ...fields,
      }),
    );
  };
  const attempts = async (): Promise<AttemptRecord[]> => {
    const found: AttemptRecord[] = [];
    for await (const { key } of store.list(storeKeys.attemptsOf(JOB_ID, qualityUnit(0))))
      found.push(AttemptRecord.parse(JSON.parse(String(await store.get(key)))));
    return found;
  };

  it('gives the meter what each rendition has for the chunk, and keeps its numbers', async () => {
    await measure();
    const [large, small] = UNITS[chunkUnit(0)] ?? [];
    expect(told.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['large', 3000 + (large?.init.length ?? 0)],
      ['small', 900 + (small?.init.length ?? 0)],
    ]);
    const record = QualityRecord.parse(JSON.parse(String(await store.get(KEY))));
    expect(record).toMatchObject({ jobId: JOB_ID, chunkIndex: 0, workerId: 'w', encoderBuild: 'fake-1' });
    expect(record.renditions.map(({ name, segments }) => [name, segments.map(({ index }) => index)])).toEqual(
      [
        ['large', [0, 1]],
        ['small', [0, 1]],
      ],
    );
    expect((await attempts()).map(({ argv, outcome }) => [argv[0], outcome?.result])).toEqual([
      ['ffmpeg', 'committed'],
    ]);
  });

  it('measures nothing twice', async () => {
    await measure();
    const first = await store.get(KEY);
    await measure();
    expect(told).toHaveLength(2);
    expect(await store.get(KEY)).toEqual(first);
  });

  it('reads the slice of a chunk that has one', async () => {
    await store.put(storeKeys.slice(JOB_ID, 0), 'a slice');
    await measure({ sliced: true });
    expect(told[0]?.sourceFile).toBe(store.localPath(storeKeys.slice(JOB_ID, 0)));
    expect(told[0]?.plan.inputs[0]?.streamIndex).toBe(0);
  });

  it('measures a rendition by the generation that counts', async () => {
    const small = UNITS[chunkUnit(0)]?.[1];
    if (small === undefined) throw new Error('no rendition');
    const again = { ...small, segments: small.segments.map((segment) => ({ ...segment, sizeBytes: 700 })) };
    await storeUnits(store, { [chunkUnit(0, 'small')]: [again] }, 1);
    await measure({ generations: { small: 1 } });
    expect(told[1]).toMatchObject({ name: 'small', bytes: 1400 + small.init.length });
  });

  it('leaves the fault on record, and no numbers', async () => {
    const broken: QualityMeter = {
      ...meter,
      measure: () => Promise.reject(new CodedError('QUALITY_MISALIGNED', 'Frames do not line up.')),
    };
    await expect(measure({}, broken)).rejects.toMatchObject({ code: 'QUALITY_MISALIGNED' });
    expect(await store.head(KEY)).toBeUndefined();
    expect((await attempts())[0]?.outcome).toMatchObject({ result: 'failed', code: 'QUALITY_MISALIGNED' });
  });

  describe('and the merge', () => {
    const merge = (): ReturnType<ReturnType<typeof mergeOutput>> =>
      quietEnvironment().run(() =>
        mergeOutput({ store })({
          ...{ jobId: JOB_ID, planKey: storeKeys.plan(JOB_ID), generation: 0, measured: true },
        }),
      );
    const outputFile = async (path: string): Promise<string> =>
      String(await store.get(storeKeys.outputFile(JOB_ID, path)));

    it('write a report of renditions and segments, checksummed, the same each time', async () => {
      await measure({ chunkIndex: 1 });
      await measure({ chunkIndex: 0 });
      const { renditions, output } = await merge();
      const text = await outputFile('quality.json');
      const report = QualityReport.parse(JSON.parse(text));
      expect(report).toMatchObject({
        reference: { width: 320, height: 240 },
        vmaf: { model: 'vmaf_v0.6.1', width: 1440, height: 1080 },
      });
      const [large, small] = report.renditions;
      expect(large?.segments.map(({ index, frames, vmaf }) => [index, frames, vmaf])).toEqual([
        [0, 5, 90],
        [1, 5, 91],
        [2, 3, 92],
      ]);
      // By frames: (5 * 50 + 5 * 51 + 3 * 52) / 13.
      expect(small).toMatchObject({ frames: 13, quality: { vmaf: 50.846, vmafLowest: 50, psnrDb: 40 } });
      for (const segment of report.renditions.flatMap(({ segments }) => segments))
        expect(await store.head(storeKeys.outputFile(JOB_ID, segment.path))).toBeDefined();
      expect(renditions.map(({ quality }) => quality?.vmaf)).toEqual([
        large?.quality.vmaf,
        small?.quality.vmaf,
        undefined,
      ]);
      expect(await outputFile('SHA256SUMS')).toMatch(/^[\da-f]{64} {2}quality\.json$/m);
      expect(output.files).toBe((await outputFile('SHA256SUMS')).trim().split('\n').length);
      await merge();
      expect(await outputFile('quality.json')).toBe(text);
    });

    it('refuse to report on chunks that were not measured', async () => {
      await measure({ chunkIndex: 0 });
      await expect(merge()).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    });
  });
});
