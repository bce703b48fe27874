import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testSourceBytes } from '@framefold/domain';
import {
  createFolderStore,
  openScratch,
  type CommandResult,
  type ObjectStore,
  type SandboxedCommand,
  type ScratchSpace,
} from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { ingestSource } from './ingest-source.ts';

const RECIPE = { width: 320, height: 180, frameRate: 10, seconds: 2 };
const KEY = 'jobs/job-1/source/source.mov';
const ENDED_WELL: CommandResult = {
  exitCode: 0,
  exitSignal: undefined,
  aborted: false,
  stdout: '',
  stderr: '',
  wallSeconds: 1,
  usage: { cpuSeconds: 1, peakMemoryBytes: 1, peakDiskBytes: 1 },
};

describe('makeTestSource', () => {
  let folder: string;
  let store: ObjectStore;
  let scratch: ScratchSpace;
  let ran: SandboxedCommand[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-test-source-'));
    store = createFolderStore(join(folder, 'store'));
    scratch = await openScratch(join(folder, 'scratch'));
    ran = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** On a worker without a sandbox, which reads nothing from outside. */
  const ingest = (
    end: Partial<CommandResult> = {},
    { environment = quietEnvironment(), sourceBytes = 1e9 } = {},
  ): Promise<SourceRef> => {
    const activity = ingestSource({
      store,
      copies: noCopies,
      trust: 'local',
      fetch: () => Promise.reject(new Error('nothing is to be fetched')),
      fetchS3: () => Promise.reject(new Error('nothing is to be fetched')),
      fileRoots: [],
      ownFolders: [],
      limits: { sourceBytes },
      scratch,
      ffmpeg: '/ffmpeg',
      runner: {
        isolation: 'none',
        run: async (command) => {
          ran.push(command);
          await writeFile(command.args.at(-1)!, 'pictures');
          return { ...ENDED_WELL, ...end };
        },
      },
    });
    const request = { testSource: RECIPE } as Parameters<typeof activity>[0]['request'];
    return environment.run(() => activity({ jobId: 'job-1', request }));
  };

  it('stores what ffmpeg made, within limits, and leaves nothing in the scratch folder', async () => {
    expect(await ingest()).toEqual({ uri: `store:${KEY}`, sizeBytes: 8, inPlace: false, generated: true });
    expect(String(await store.get(KEY))).toBe('pictures');
    expect(ran).toMatchObject([
      { program: '/ffmpeg', readable: [], limits: { diskBytes: testSourceBytes(RECIPE) } },
    ]);
    expect(await readdir(scratch.folder)).toEqual([]);
    expect((await scratch.state()).reservedBytes).toBe(0);
  });

  it('takes what an earlier attempt has stored', async () => {
    await store.put(KEY, 'pictures');
    expect(await ingest()).toMatchObject({ sizeBytes: 8, generated: true });
    expect(ran).toEqual([]);
  });

  it.each<[string, Partial<CommandResult>]>([
    ['ENCODER_CRASHED', { exitCode: undefined, exitSignal: 'SIGSEGV' }],
    ['ENCODER_CRASHED', { exitCode: 1 }],
    ['ENCODER_TIMED_OUT', { exitCode: undefined, exceeded: 'time' }],
    ['ENCODER_OUT_OF_MEMORY', { exitCode: 1, exceeded: 'memory' }],
    ['ENCODER_OUT_OF_DISK', { exitCode: 0, exceeded: 'disk' }],
  ])('fails with %s and stores nothing', async (code, end) => {
    await expect(ingest(end)).rejects.toMatchObject({ code });
    expect(await store.head(KEY)).toBeUndefined();
    expect(await readdir(scratch.folder)).toEqual([]);
  });

  it('makes nothing above the limit of sources', async () => {
    const refused = ingest({}, { sourceBytes: testSourceBytes(RECIPE) - 1 });
    await expect(refused).rejects.toMatchObject({ code: 'SOURCE_LIMIT_EXCEEDED' });
    expect(ran).toEqual([]);
  });

  it('stores nothing when it is cancelled', async () => {
    const environment = quietEnvironment();
    environment.cancel();
    await expect(ingest({ aborted: true }, { environment })).rejects.toThrow();
    expect(await store.head(KEY)).toBeUndefined();
    expect(await readdir(scratch.folder)).toEqual([]);
  });
});
