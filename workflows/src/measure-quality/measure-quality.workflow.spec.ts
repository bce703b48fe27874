import type { Arrangement, Hook } from '../../test/fake-world.ts';
import { failing, finalFault, heldUntilCancelled, outcome, platformFault } from '../../test/outcomes.ts';
import { WorkflowLab, type LabJob } from '../../test/workflow-lab.ts';
import { TASK_QUEUES } from '../contract/index.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

const measured = (arrangement: Arrangement = {}): Promise<LabJob> =>
  lab.start(arrangement, { qualityReport: true });

/** The warnings of a job, but for that of its plan. */
const warnings = ({ world }: LabJob): string[] =>
  world.log.flatMap(({ event }) =>
    event.type === 'WarningRaised' && event.data.warning.code !== 'SUBTITLES_SKIPPED'
      ? `${event.data.warning.code}: ${event.data.warning.message}`
      : [],
  );

describe('a job that wants a quality report', () => {
  it('measures each chunk once all are encoded, where encodes run, and before the merge', async () => {
    const job = await measured({ chunks: 3 });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    const { calls, merges, measured: inputs } = job.world;
    const relevant = ['encodeChunk', 'measureQuality', 'mergeOutput'];
    expect(calls.filter((call) => relevant.includes(call))).toEqual([
      ...['encodeChunk', 'encodeChunk', 'encodeChunk'],
      ...['measureQuality', 'measureQuality', 'measureQuality', 'mergeOutput'],
    ]);
    expect(inputs.map(({ chunkIndex }) => chunkIndex).sort()).toEqual([0, 1, 2]);
    expect(inputs[0]).toMatchObject({ taskQueue: TASK_QUEUES.encodeCpu, generation: 0, generations: {} });
    expect(merges[0]).toMatchObject({ measured: true });
    expect(warnings(job)).toEqual([]);
  });

  it('measures renditions of hardware by the generation that counts', async () => {
    const broken: Hook<{ rendition?: string; software?: boolean }> = (_, { rendition, software }) => {
      if (rendition === '720p' && software !== true) throw finalFault('ENCODER_CRASHED');
    };
    const job = await measured({ hardware: 'h264_nvenc', before: { encodeChunk: broken } });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(job.world.measured[0]).toMatchObject({
      taskQueue: TASK_QUEUES.encodeCpu,
      generations: { '720p': 1, '360p': 0 },
    });
  });

  it('tries faults again, and forgets them', async () => {
    const job = await measured({
      before: { measureQuality: failing(() => finalFault('ENCODER_CRASHED'), 2) },
    });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(job.world.count('measureQuality')).toBe(4);
    expect(job.world.merges[0]).toMatchObject({ measured: true });
    const patient = await measured({ before: { measureQuality: failing(platformFault, 1) } });
    expect(await outcome(patient)).toEqual({ status: 'COMPLETED' });
    expect(patient.world.merges[0]).toMatchObject({ measured: true });
  });

  it.each([3, 450])(
    'completes without one, with a warning, when it can not be made: %i chunks',
    async (chunks) => {
      const job = await measured({
        chunks,
        before: { measureQuality: failing(() => finalFault('VMAF_UNAVAILABLE')) },
      });
      expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
      expect(warnings(job)).toEqual([
        'QUALITY_NOT_MEASURED: There is no quality report: VMAF_UNAVAILABLE: Sentence of VMAF_UNAVAILABLE.',
      ]);
      expect(job.world.merges[0]).not.toHaveProperty('measured');
      expect(job.world.types().at(-1)).toBe('JobCompleted');
    },
  );

  it('is cancelled while it measures, and keeps nothing', async () => {
    const held = heldUntilCancelled();
    const job = await measured({ before: { measureQuality: held.hook } });
    await held.reached;
    await job.handle.cancel();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
    expect(job.world.discarded).toEqual([{ what: 'all', ended: false }]);
    expect(warnings(job)).toEqual([]);
  });

  it('measures a long job in batches, with a small history of its own', async () => {
    const job = await measured({ chunks: 450 });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(new Set(job.world.measured.map(({ chunkIndex }) => chunkIndex)).size).toBe(450);
    expect(job.world.merges[0]).toMatchObject({ measured: true });
    expect((await job.handle.describe()).historyLength).toBeLessThan(250);
  });

  it('says that there is no picture to measure', async () => {
    const job = await measured({ chunks: 0 });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(warnings(job)).toEqual([
      'QUALITY_NOT_MEASURED: There is no quality report: the output has no picture.',
    ]);
  });
});

it('a job that wants no quality report measures nothing', async () => {
  const job = await lab.start();
  expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
  expect(job.world.count('measureQuality')).toBe(0);
  expect(job.world.merges[0]).not.toHaveProperty('measured');
});
