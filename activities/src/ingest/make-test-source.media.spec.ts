import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { SCENARIOS, testSourceBytes, testSourceOf, type TestSource } from '@framefold/domain';
import {
  createFolderStore,
  createProcessRunner,
  openScratch,
  type ObjectStore,
  type ProcessRunner,
} from '@framefold/platform';
import { requireTool } from '@framefold/testing';
import type { SourceRef } from '@framefold/workflows/contract';
import { probeSource } from '../probe/probe-source.ts';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { makeTestSource } from './make-test-source.ts';

describe('makeTestSource', () => {
  let folder: string;
  let store: ObjectStore;
  let runner: ProcessRunner;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-test-source-'));
    store = createFolderStore(join(folder, 'store'));
    const { bwrap } = loadConfig().tools;
    runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const make = async (
    jobId: string,
    recipe: TestSource,
    args: readonly string[] = [],
  ): Promise<SourceRef> => {
    const deps = {
      store,
      scratch: await openScratch(join(folder, 'scratch')),
      ffmpeg: requireTool('ffmpeg'),
      limits: { sourceBytes: 1e9 },
      runner: {
        ...runner,
        run: (command: Parameters<ProcessRunner['run']>[0]) =>
          runner.run({ ...command, args: [...args, ...command.args] }),
      },
    };
    return quietEnvironment().run(() => makeTestSource(deps, jobId, recipe));
  };
  const fileOf = ({ uri }: SourceRef): string => store.localPath(uri.replace('store:', ''))!;
  const sha256 = async (source: SourceRef): Promise<string> =>
    createHash('sha256')
      .update(await readFile(fileOf(source)))
      .digest('hex');

  it.each([
    ['720p60-h264', 2],
    ['1080p-h264', 1],
    ['4K60-h264', 1],
  ] as const)('makes exactly what %s says', async (name, duration) => {
    const recipe = testSourceOf(name, { duration });
    const source = await make(name, recipe);
    const meta = await quietEnvironment().run(() =>
      probeSource({
        store,
        copies: noCopies,
        trust: 'local',
        runner,
        ffmpeg: requireTool('ffmpeg'),
        ffprobe: requireTool('ffprobe'),
        limits: { sourceBytes: 1e9, sourceSeconds: 60, sourcePixels: 1e7, sourceFrames: 1e4 },
      })({ jobId: name, source }),
    );
    expect(meta).toMatchObject({
      durationSeconds: duration,
      video: {
        displayWidth: recipe.width,
        displayHeight: recipe.height,
        pixelFormat: 'yuv420p',
        matrix: 'bt709',
        range: 'tv',
        frameCount: duration * recipe.frameRate,
        frameRate: { num: recipe.frameRate, den: 1 },
        startSeconds: 0,
      },
      audio: [{ channels: 1, sampleRateHz: 48_000, startSeconds: 0, durationSeconds: duration }],
    });
    const { size } = await stat(fileOf(source));
    // Texture and grain cost bits, several times those of the scenario, and within the room that was reserved.
    expect((size * 8) / duration / 1000).toBeGreaterThan(2 * SCENARIOS[name].bitrateKbps);
    expect(size).toBeLessThan(testSourceBytes(recipe));
  });

  it('gives the same bytes again, and on a lesser processor', async () => {
    const recipe = { width: 640, height: 360, frameRate: 30, seconds: 3 };
    const first = await sha256(await make('first', recipe));
    expect(await sha256(await make('second', recipe))).toBe(first);
    expect(await sha256(await make('third', recipe, ['-cpuflags', 'sse2']))).toBe(first);
    expect(await sha256(await make('fourth', { ...recipe, seconds: 2 }))).not.toBe(first);
  });
});
