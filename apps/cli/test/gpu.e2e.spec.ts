import { pathToFileURL } from 'node:url';
import { clipPath, startStack, type TestStack } from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const LIMIT_MS = 180_000;
const REQUEST = { sourceUrl: pathToFileURL(clipPath('portrait.mp4')).href, segmentSeconds: 2 };

describe('jobs that ask for hardware', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_GPU_STAND_INS: '2', FRAMEFOLD_GPU_SLOTS: '1' });
  });
  afterAll(() => stack?.stop());

  it(
    'are encoded on the devices that have proved an encoder, each rendition by itself',
    async () => {
      const software = await stack.submit(REQUEST);
      expect(await stack.follow(software)).toMatchObject({ status: 'completed' });
      const hardware = await stack.submit({ ...REQUEST, acceleration: 'hardware' });
      const job = await stack.follow(hardware);
      expect(job).toMatchObject({ status: 'completed', warnings: [] });
      expect(new Set(job.profiles.map(({ encoder }) => encoder))).toEqual(new Set(['h264_standin']));
      const evidence = evidenceOf(stack, hardware);
      const units = (await evidence.committed()).filter((unit) => unit.startsWith('chunk-'));
      expect(units).toHaveLength((job.plan?.chunks ?? 0) * job.profiles.length);
      // A stand-in is libx264: what it gives for each rendition alone is what a software job gives for all at once.
      expect(await evidence.checksums()).toBe(await evidenceOf(stack, software).checksums());
    },
    LIMIT_MS,
  );

  it('show their devices among the workers', async () => {
    const { workers } = (await (await fetch(`${stack.apiUrl}/api/workers`)).json()) as {
      workers: { gpus: string[]; queues: string[]; encoders: string[]; slots: Record<string, number> }[];
    };
    const worker = workers.find(({ gpus }) => gpus.length > 0);
    expect(worker).toMatchObject({
      gpus: ['Stand-in 0', 'Stand-in 1'],
      slots: { 'framefold-encode-gpu': 2, 'framefold-encode-gpu-live': 1 },
    });
    expect(worker?.encoders).toContain('h264_standin');
  });
});
