import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type Plan, type UnitResult } from '@framefold/domain';
import { createFolderStore, openScratch, type EncodeEngine, type ObjectStore } from '@framefold/platform';
import type { EncodeChunkInput } from '@framefold/workflows/contract';
import { JOB_ID, PLAN } from '../testing/encoded-job.ts';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import type { EncodeDeps } from '../encode-unit.ts';
import { encodeChunk } from './encode-chunk.ts';

const HARDWARE: Plan = {
  ...PLAN,
  renditions: PLAN.renditions.map((rendition) => ({ ...rendition, encoder: 'h264_nvenc' })),
};

describe('encodeChunk', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-chunk-'));
    store = createFolderStore(join(folder, 'store'));
    await store.put(storeKeys.plan(JOB_ID), JSON.stringify(HARDWARE));
    await writeFile(join(folder, 'source.mp4'), 'source');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Encodes a chunk and gives what the engine was told to encode, with the room that was kept for it. */
  const encode = async (fields: Partial<EncodeChunkInput>) => {
    const scratch = await openScratch(join(folder, 'scratch'));
    const told: { renditions: string[]; bytes: number }[] = [];
    const engine: Pick<EncodeEngine, 'build' | 'chunkArgv' | 'encodeChunk'> = {
      build: 'fake-1',
      chunkArgv: ({ plan }) => plan.renditions.map(({ encoder }) => encoder),
      encodeChunk: async ({ plan, scratchFolder }) => {
        const bytes = (await scratch.state()).reservedBytes;
        told.push({ renditions: plan.renditions.map(({ name, encoder }) => `${name} ${encoder}`), bytes });
        return Promise.all(
          plan.renditions.map(async ({ name }) => {
            const initFile = join(scratchFolder, `${name}-init`);
            const file = join(scratchFolder, name);
            for (const path of [initFile, file]) await writeFile(path, name);
            const segment = { index: 0, file, samples: 1, startTicks: 0, durationTicks: 1 };
            return { name, timescale: 90_000, initFile, segments: [segment] };
          }),
        );
      },
    };
    const deps: EncodeDeps = {
      store,
      engine: engine as EncodeEngine,
      scratch,
      workerId: 'w',
      copies: noCopies,
      trust: 'all',
      ceilings: { default: {}, live: {}, batch: {} },
    };
    const source = { uri: pathToFileURL(join(folder, 'source.mp4')).href, sizeBytes: 6, inPlace: true };
    const { unit }: UnitResult = await quietEnvironment().run(() =>
      encodeChunk(deps)({
        ...{ jobId: JOB_ID, source, planKey: storeKeys.plan(JOB_ID), chunkIndex: 0, generation: 0 },
        limits: { maxMemoryMb: 100, maxDiskMb: 1000, timeoutSec: 60 },
        ...fields,
      }),
    );
    return { unit, ...told[0] };
  };

  it('encodes all renditions together in one unit', async () => {
    const { unit, renditions } = await encode({});
    expect([unit, renditions]).toEqual(['chunk-00000', ['large h264_nvenc', 'small h264_nvenc']]);
  });

  it('encodes one of them in a unit of its own, which needs less room', async () => {
    const { bytes = 0 } = await encode({});
    const alone = await encode({ rendition: 'small' });
    expect([alone.unit, alone.renditions]).toEqual(['chunk-00000@small', ['small h264_nvenc']]);
    expect(alone.bytes).toBeLessThan(bytes);
  });

  it('encodes it in software when it has to, for another commit', async () => {
    await encode({ rendition: 'small' });
    const { renditions } = await encode({ rendition: 'small', software: true, generation: 1 });
    expect(renditions).toEqual(['small libx264']);
    expect(await store.head(storeKeys.commit(JOB_ID, 'chunk-00000@small', 1))).toBeDefined();
  });

  it('refuses a rendition that the plan does not have', async () => {
    await expect(encode({ rendition: 'huge' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
