import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Plan, storeKeys, TranscodeRequest, type SourceMeta } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { createFolderStore, type ObjectStore, type ResourceControl } from '@framefold/platform';
import { planJob } from './plan-job.ts';

const SOURCE: SourceMeta = {
  container: 'mov,mp4',
  sizeBytes: 1000,
  durationSeconds: 10,
  startSeconds: 0,
  audio: [],
  otherVideoTracks: 0,
  subtitles: [],
  undecodableAudioTracks: 0,
  video: {
    streamIndex: 0,
    codec: 'h264',
    codedWidth: 640,
    codedHeight: 360,
    sampleAspectRatio: { num: 1, den: 1 },
    rotationDegrees: 0,
    displayWidth: 640,
    displayHeight: 360,
    pixelFormat: 'yuv420p',
    hdr: 'none',
    interlaced: false,
    timeBase: { num: 1, den: 25 },
    frameCount: 250,
    startSeconds: 0,
    durationSeconds: 10,
  },
};

describe('planJob', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-plan-'));
    store = createFolderStore(folder);
    const pts = Array.from({ length: 250 }, (_, frame) => frame);
    const frames = { timeBase: { num: 1, den: 25 }, pts, keyframes: [0], lastDurationPts: 1 };
    await store.put(storeKeys.frames('j'), JSON.stringify(frames));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const CEILINGS = { default: { maxMemoryMb: 4000 }, live: { maxMemoryMb: 8000 }, batch: {} };
  const plan = (
    isolation: 'sandbox' | 'none',
    request: Record<string, unknown> = {},
    jobId = 'j',
    holds: ResourceControl['holds'] = ['cpu', 'memory', 'disk'],
  ) =>
    planJob({ store, runner: { isolation }, control: { kind: 'rlimit', holds }, ceilings: CEILINGS })({
      jobId,
      request: TranscodeRequest.parse({ sourceUrl: 'file:///a.mp4', ...request }),
      source: SOURCE,
    });

  it('keeps the plan in the store and sums it up', async () => {
    const { planKey, frozen, warnings } = await plan('sandbox');
    const stored = Plan.parse(JSON.parse(String(await store.get(planKey))));
    expect(stored.chunks.map((chunk) => chunk.frames)).toEqual([150, 100]);
    expect(frozen).toMatchObject({ frames: 250, segments: 2, durationSeconds: 10 });
    expect(warnings).toEqual([]);
  });

  it('warns of what the worker does not hold', async () => {
    const request = { resourceLimits: { maxMemoryMb: 512, maxCpuPercent: 100 } };
    const { warnings } = await plan('none', request, 'j', ['memory']);
    expect(warnings.map((warning) => warning.code)).toEqual(['LIMIT_NOT_ENFORCED', 'SANDBOX_UNAVAILABLE']);
    expect((await plan('sandbox', request)).warnings).toEqual([]);
  });

  it.each([
    ['default', 4000, ['LIMIT_CLAMPED']],
    ['live', 6000, []],
  ])('grants a %s job what its class may have', async (queue, maxMemoryMb, codes) => {
    const { frozen, warnings } = await plan('sandbox', { queue, resourceLimits: { maxMemoryMb: 6000 } });
    expect(frozen.limits).toEqual({ maxMemoryMb, maxDiskMb: 5000, timeoutSec: 3600 });
    expect(warnings.map((warning) => warning.code)).toEqual(codes);
  });

  describe('of a job that asks for hardware', () => {
    const gpuWorker = (queue: string): Promise<void> =>
      store.put(
        storeKeys.worker('gpu'),
        JSON.stringify(
          workerReport({
            id: 'gpu',
            queues: [queue],
            lastHeartbeat: Date.now(),
            proved: [{ name: 'h264_qsv', device: 'gpu-0', works: true }],
          }),
        ),
      );
    const encoders = async (planKey: string): Promise<string[]> =>
      Plan.parse(JSON.parse(String(await store.get(planKey)))).renditions.map(({ encoder }) => encoder);

    it('takes what the workers of its GPU queue have proved', async () => {
      await gpuWorker('framefold-encode-gpu-live');
      const { planKey, frozen, warnings } = await plan('sandbox', {
        acceleration: 'hardware',
        queue: 'live',
      });
      expect(new Set(await encoders(planKey))).toEqual(new Set(['h264_qsv']));
      expect(frozen.renditions[0]?.encoder).toBe('h264_qsv');
      expect(warnings).toEqual([]);
    });

    it('takes software where there is none, with a warning, and then gives the plan of any other job', async () => {
      await gpuWorker('framefold-encode-gpu-live');
      const without = await plan('sandbox', { acceleration: 'hardware' });
      expect(without.warnings.map(({ code }) => code)).toEqual(['GPU_UNAVAILABLE']);
      const text = String(await store.get(without.planKey));
      const software = await plan('sandbox');
      expect(software.planKey).toBe(without.planKey);
      expect(String(await store.get(software.planKey))).toBe(text);
    });

    it('leaves a plan that other workers led to as it is: another attempt may go on with it', async () => {
      const before = await plan('sandbox', { acceleration: 'hardware' });
      await gpuWorker('framefold-encode-gpu');
      await plan('sandbox', { acceleration: 'hardware' });
      expect(await encoders(before.planKey)).toEqual(before.frozen.renditions.map(({ encoder }) => encoder));
    });
  });

  it('says that there is no video when the probe found no frames', async () => {
    await expect(plan('sandbox', {}, 'other')).rejects.toMatchObject({ code: 'SOURCE_NO_VIDEO' });
  });
});
