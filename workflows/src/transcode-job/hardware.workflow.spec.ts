import { foldAll, toView, type JobEvent } from '@framefold/domain';
import type { Arrangement, FakeWorld } from '../../test/fake-world.ts';
import { failing, finalFault, gated, heldUntilCancelled, outcome } from '../../test/outcomes.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';
import { batchStream, type EncodeChunkInput } from '../contract/index.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

/** A hook for encodes on GPUs, of one rendition or of all. */
const onGpu =
  (hook: (call: number) => void | Promise<void>, rendition?: string) =>
  (call: number, input: EncodeChunkInput): void | Promise<void> => {
    if (input.software !== true && (rendition === undefined || input.rendition === rendition))
      return hook(call);
  };

const eventsOf = <K extends JobEvent['type']>(world: FakeWorld, type: K): Extract<JobEvent, { type: K }>[] =>
  world.log.flatMap(({ event }) => (event.type === type ? [event as Extract<JobEvent, { type: K }>] : []));

const warningsOf = (world: FakeWorld): string[] =>
  eventsOf(world, 'WarningRaised').flatMap(({ data: { warning } }) =>
    warning.code === 'RENDITION_FELL_BACK' ? [warning.message] : [],
  );

/** What was encoded: `720p 0 g0 framefold-encode-gpu`, sorted. */
const encodesOf = (world: FakeWorld): string[] =>
  world.encoded
    .map(({ rendition, chunkIndex, generation, taskQueue }) =>
      [rendition, chunkIndex, `g${generation}`, taskQueue.replace('framefold-encode-', '')].join(' '),
    )
    .sort();

const start = (arrangement: Arrangement = {}) => lab.start({ hardware: 'h264_nvenc', ...arrangement });

const EVERYTHING_ON_GPU = ['360p 0 g0 gpu', '360p 1 g0 gpu', '720p 0 g0 gpu', '720p 1 g0 gpu'];

describe('a plan of hardware renditions', () => {
  it('is encoded rendition by rendition on the GPU queue, and merged so, without a warning', async () => {
    const job = await start();
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(encodesOf(job.world)).toEqual(EVERYTHING_ON_GPU);
    expect(job.world.merges).toEqual([
      expect.objectContaining({ generation: 0, generations: { '720p': 0, '360p': 0 } }),
    ]);
    expect(job.world.types()).not.toContain('RenditionRestarted');
    expect(warningsOf(job.world)).toEqual([]);
    const view = toView(job.jobId, foldAll(job.world.log.map(({ event }) => event)), [], Date.now());
    expect(view.progress).toMatchObject({ total: 5, completed: 5 });
    const metadata = await job.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('chunks: 4 of 4 encoded');
  });

  it('fails with a fault that is not of the encoder, and leaves nothing running', async () => {
    const held = heldUntilCancelled();
    const job = await start({
      before: {
        encodeChunk: async (call, input) => {
          if (input.rendition === '360p') return held.hook(call, input);
          await held.reached;
          throw finalFault('SOURCE_DAMAGED');
        },
      },
    });
    expect(await outcome(job)).toMatchObject({ status: 'FAILED', cause: { type: 'SOURCE_DAMAGED' } });
    expect(job.world.types()).not.toContain('RenditionRestarted');
  });

  it('is cancelled like any other', async () => {
    const held = heldUntilCancelled();
    const job = await start({ before: { encodeChunk: held.hook } });
    await held.reached;
    await job.handle.cancel();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
    expect(job.world.types()).not.toContain('RenditionRestarted');
    expect(job.world.types().at(-1)).toBe('JobCancelled');
  });
});

describe('when the hardware encoder breaks on a chunk for good', () => {
  it('that rendition alone is encoded again, whole and in software', async () => {
    const broken = onGpu(() => {
      throw finalFault('ENCODER_CRASHED');
    }, '720p');
    const first: Arrangement['before'] = {
      encodeChunk: (call, input) => (input.chunkIndex === 1 ? broken(call, input) : undefined),
    };
    const job = await start({ before: first });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(encodesOf(job.world)).toEqual([
      '360p 0 g0 gpu',
      '360p 1 g0 gpu',
      '720p 0 g0 gpu',
      '720p 0 g1 cpu',
      '720p 1 g1 cpu',
    ]);
    // Twice the chunks of this rendition and four tries of the broken one; and those of the other.
    expect(job.world.count('encodeChunk')).toBe(1 + 4 + 2 + 2);
    expect(job.world.merges).toEqual([expect.objectContaining({ generations: { '720p': 1, '360p': 0 } })]);
    expect(eventsOf(job.world, 'RenditionRestarted').map(({ data }) => data)).toEqual([
      { rendition: '720p', generation: 1, encoder: 'libx264' },
    ]);
    expect(warningsOf(job.world)).toEqual([
      '720p was encoded in software after all: h264_nvenc failed. Sentence of ENCODER_CRASHED.',
    ]);
    const job720 = foldAll(job.world.log.map(({ event }) => event));
    expect(job720.plan?.renditions.map(({ encoder }) => encoder)).toEqual(['libx264', 'h264_nvenc']);
  });

  it('and the software encoder, too, the job fails', async () => {
    const job = await start({
      chunks: 1,
      before: { encodeChunk: failing(() => finalFault('ENCODER_CRASHED')) },
    });
    expect(await outcome(job)).toMatchObject({ status: 'FAILED', cause: { type: 'ENCODER_CRASHED' } });
    expect(job.world.types()).toContain('RenditionRestarted');
  });

  it('batches of a long job are given up and made again', async () => {
    const crash = onGpu((call) => {
      if (call > 0) throw finalFault('ENCODER_CRASHED');
    }, '720p');
    const job = await start({
      chunks: 120,
      before: { encodeChunk: (call, input) => (input.chunkIndex === 60 ? crash(call, input) : undefined) },
    });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    const counts = (['360p', '720p'] as const).map((rendition) =>
      [0, 1].map(
        (generation) => job.world.types(batchStream({ firstChunk: 0, rendition, generation })).length,
      ),
    );
    expect(counts).toEqual([
      [120, 0],
      [expect.any(Number), 120],
    ]);
    expect(counts[1]?.[0]).toBeLessThan(120);
    const folded = foldAll(job.world.log.map(({ event }) => event));
    expect(Object.values(folded.renditionChunks ?? {}).map((chunks) => Object.keys(chunks).length)).toEqual([
      120, 120,
    ]);
    expect(job.world.merges[0]?.generations).toEqual({ '720p': 1, '360p': 0 });
  });
});

describe('when nobody serves the GPU queue', () => {
  it('all renditions that wait for it fall back after the patience; a finished one stays', async () => {
    const held = heldUntilCancelled();
    const job = await start({
      before: { encodeChunk: onGpu((call) => held.hook(call, undefined), '720p') },
      isQueueServed: () => false,
    });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(job.world.encoded.filter(({ software }) => software).map(({ rendition }) => rendition)).toEqual([
      '720p',
      '720p',
    ]);
    expect(warningsOf(job.world)).toEqual([
      '720p was encoded in software after all: no worker with h264_nvenc has taken work for 0.4 s.',
    ]);
    expect(job.world.merges[0]?.generations).toEqual({ '720p': 1, '360p': 0 });
  });

  it('for a moment, the renditions stay there', async () => {
    const gate = gated();
    const job = await start({
      before: { encodeChunk: gate.hook },
      isQueueServed: (ask) => {
        if (ask === 3) gate.open();
        return ask !== 1;
      },
    });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(encodesOf(job.world)).toEqual(EVERYTHING_ON_GPU);
  });
});
