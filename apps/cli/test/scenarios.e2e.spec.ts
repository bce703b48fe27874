import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type JobView } from '@framefold/domain';
import { clipPath, startStack, type TestStack } from '@framefold/testing';
import { verifyTree } from '@framefold/verify';
import { fileTree } from '../src/verify/tree-readers.ts';
import { evidenceOf } from './job-evidence.ts';

describe('scenarios', () => {
  let stack: TestStack;
  beforeAll(async () => (stack = await startStack()));
  afterAll(() => stack.stop());

  /** A job of a scenario, to its end, with the hash of its source, which is there until then. */
  const transcode = async (): Promise<{ job: JobView; source: string }> => {
    const parameters = { duration: 4, bitrate: '1500k' };
    const jobId = await stack.submit({ scenario: '720p30-h264', parameters, confidence: 'auto' });
    await stack.follow(jobId, ({ status }) => status === 'transcoding');
    const file = await readFile(join(stack.home, 'store', storeKeys.source(jobId, '.mov')));
    const job = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    return { job, source: createHash('sha256').update(file).digest('hex') };
  };

  it('makes the source and what was asked of it, the same bytes each time', async () => {
    const first = await transcode();
    const second = await transcode();
    expect(second.source).toBe(first.source);
    const { job } = first;
    expect(await evidenceOf(stack, second.job.id).checksums()).toBe(
      await evidenceOf(stack, job.id).checksums(),
    );

    expect(job).toMatchObject({
      title: '720p30-h264',
      warnings: [],
      request: {
        scenario: '720p30-h264',
        parameters: { duration: 4, bitrate: 1500 },
        testSource: { width: 1280, height: 720, frameRate: 30, seconds: 4 },
      },
      sourceMeta: { video: { frameCount: 120, frameRate: { num: 30, den: 1 } } },
    });
    const master = join(stack.home, 'store', storeKeys.outputFile(job.id, 'master.m3u8'));
    expect((await verifyTree(fileTree(fetch), pathToFileURL(master).href)).findings).toEqual([]);
    const pictures = job.renditions.filter(({ kind }) => kind === 'video');
    expect(pictures).toMatchObject([
      { name: '720p30-h264', measured: { width: 1280, height: 720, samples: 120, frameRate: 30 } },
    ]);
    const { averageBitsPerSecond = 0 } = pictures[0]?.measured ?? {};
    expect(averageBitsPerSecond / 1_500_000).toBeGreaterThan(0.8);
    expect(averageBitsPerSecond / 1_500_000).toBeLessThan(1.2);
  }, 240_000);

  it('is applied to a source, of which duration takes a part', async () => {
    const jobId = await stack.submit({
      sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
      scenario: '1080p-h264',
      parameters: { duration: 2, bitrate: 600 },
    });
    const job = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    // Never above the source, whose frames are fewer than the scenario's.
    expect(job.profiles).toMatchObject([{ height: 480, averageKbps: 600 }]);
    expect(job.plan).toMatchObject({ frames: 48, durationSeconds: 2 });
  });
});
