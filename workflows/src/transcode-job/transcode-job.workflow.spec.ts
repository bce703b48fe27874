import { foldAll, toView, type JobView } from '@framefold/domain';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityName } from '../../test/fake-world.ts';
import {
  failing,
  finalFault,
  gated,
  heldUntilCancelled,
  outcome,
  platformFault,
} from '../../test/outcomes.ts';
import { WorkflowLab, type LabJob } from '../../test/workflow-lab.ts';
import { batchStream, SEARCH_ATTRIBUTES, STATUS_QUERY } from '../contract/index.ts';

/** The steps that make the output, each of which can fail the job, with the state in which they run. */
const STEPS = [
  ['ingestSource', 'probing'],
  ['probeSource', 'probing'],
  ['planJob', 'splitting'],
  ['splitSource', 'splitting'],
  ['encodeChunk', 'transcoding'],
  ['encodeAudio', 'transcoding'],
  ['mergeOutput', 'merging'],
] as const satisfies readonly (readonly [ActivityName, string])[];

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

describe('a job that goes well', () => {
  let job: LabJob;
  beforeAll(async () => {
    job = await lab.start();
    await job.handle.result();
  });

  it('records every event once, in the order of the story', () => {
    expect(job.world.types().filter((type) => type !== 'ChunkEncoded' && type !== 'AudioEncoded')).toEqual([
      'JobSubmitted',
      'ProbingStarted',
      'SourceIngested',
      'SourceProbed',
      'SplittingStarted',
      'PlanFrozen',
      'WarningRaised',
      'SourceSplit',
      'TranscodingStarted',
      'MergingStarted',
      'RenditionMerged',
      'RenditionMerged',
      'JobCompleted',
    ]);
    expect(job.world.types().slice(9, 12).sort()).toEqual(['AudioEncoded', 'ChunkEncoded', 'ChunkEncoded']);
    expect(job.world.log.map((entry) => entry.sequence)).toEqual(job.world.log.map((_, index) => index));
  });

  it('begins with the event that the API has written', () => {
    expect(job.world.log[0]).toMatchObject({
      jobId: job.jobId,
      stream: 'job',
      sequence: 0,
      event: { type: 'JobSubmitted', at: 1_700_000_000_000 },
    });
  });

  it('removes the downloaded source before it says that it is completed, then publishes the record', () => {
    expect(job.world.discarded).toEqual([{ what: 'source', ended: false }]);
    expect(job.world.published).toEqual(['JobCompleted']);
  });

  it('answers the status query with the view that its log folds to', async () => {
    const status = await job.handle.query<JobView>(STATUS_QUERY);
    const folded = toView(job.jobId, foldAll(job.world.log.map((entry) => entry.event)), [], Date.now());
    expect(status).toEqual(JSON.parse(JSON.stringify(folded)));
    expect(status).toMatchObject({ status: 'completed', progress: { percent: 100, completed: 3, total: 3 } });
  });

  it('shows its state to operators', async () => {
    const { typedSearchAttributes } = await job.handle.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.status)).toBe('completed');
    const metadata = await job.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('chunks: 2 of 2 encoded');
  });
});

it('leaves webhooks to the catalogue', async () => {
  const job = await lab.start({}, { webhookUrl: 'https://example.com/hook' });
  await job.handle.result();
  const { events = [] } = await job.handle.fetchHistory();
  expect(events?.filter((one) => one.startChildWorkflowExecutionInitiatedEventAttributes)).toEqual([]);
  expect(job.world.webhooks).toEqual([]);
});

describe.each(STEPS)('when %s fails for good', (step, phase) => {
  it('the job fails with its code, after the clean-up, and says so', async () => {
    const job = await lab.start(
      { before: { [step]: failing(() => finalFault('SOURCE_DAMAGED')) } },
      { webhookUrl: 'https://example.com/hook' },
    );
    const { status, cause } = await outcome(job);
    expect(status).toBe('FAILED');
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({
      type: 'SOURCE_DAMAGED',
      message: 'Sentence of SOURCE_DAMAGED.',
      nonRetryable: true,
    });
    expect(job.world.log.at(-1)?.event).toMatchObject({
      type: 'JobFailed',
      data: {
        failure: {
          code: 'SOURCE_DAMAGED',
          message: 'Sentence of SOURCE_DAMAGED.',
          phase,
          retryable: false,
        },
      },
    });
    expect(job.world.discarded).toEqual([{ what: 'all', ended: false }]);
    expect(job.world.published).toEqual(['JobFailed']);
    if (step !== 'encodeChunk') expect(job.world.count(step)).toBe(1);
  });
});

describe('when a step is run twice', () => {
  const steps = [...STEPS.map(([step]) => step), 'recordEvents', 'publishRecord', 'discard'] as const;
  const jobs = new Map<ActivityName, LabJob>();
  beforeAll(async () => {
    for (const step of steps)
      jobs.set(step, await lab.start({ after: { [step]: failing(platformFault, 1) } }));
  });

  it.each(steps)('%s changes nothing', async (step) => {
    const job = jobs.get(step)!;
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(job.world.count(step)).toBeGreaterThan(1);
    expect(job.world.types()).toHaveLength(16);
    expect(job.world.types().at(-1)).toBe('JobCompleted');
  });
});

describe('when recording fails', () => {
  it('the work goes on, and the end waits until every event is in the log', async () => {
    const job = await lab.start({
      before: { recordEvents: failing(() => platformFault('CATALOGUE_UNAVAILABLE'), 2) },
    });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    expect(job.world.types()).toHaveLength(16);
    expect(job.world.log.map((entry) => entry.sequence)).toEqual(job.world.log.map((_, index) => index));
    expect(job.world.calls.lastIndexOf('recordEvents')).toBeLessThan(
      job.world.calls.indexOf('publishRecord'),
    );
  });

  it('for good, the job does not pretend to have ended well', async () => {
    const job = await lab.start({ before: { recordEvents: failing(() => finalFault('INTERNAL')) } });
    expect(await outcome(job)).toMatchObject({ status: 'FAILED' });
    expect(job.world.count('publishRecord')).toBe(0);
  });
});

describe('when the clean-up fails for good', () => {
  it('the job still ends as it did', async () => {
    const job = await lab.start({ before: { discard: failing(() => finalFault('INTERNAL')) } });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
  });
});

describe('cancellation', () => {
  it.each(STEPS.map(([step]) => step))(
    'during %s waits for it to stop, cleans up and ends as cancelled',
    async (step) => {
      const held = heldUntilCancelled();
      const job = await lab.start({ before: { [step]: held.hook } });
      await held.reached;
      await job.handle.cancel();
      expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
      expect(job.world.types().at(-1)).toBe('JobCancelled');
      expect(job.world.discarded).toEqual([{ what: 'all', ended: false }]);
      expect(job.world.published).toEqual(['JobCancelled']);
    },
  );

  it('right after the start ends as cancelled', async () => {
    const job = await lab.start();
    await job.handle.cancel();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
    expect(job.world.types().at(-1)).toBe('JobCancelled');
    expect(job.world.count('mergeOutput')).toBe(0);
  });

  it('that comes while the merge ignores it still counts', async () => {
    const gate = gated();
    const job = await lab.start({ before: { mergeOutput: gate.hook } });
    await gate.reached;
    await job.handle.cancel();
    gate.open();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('encoder faults', () => {
  const faults = {
    once: failing(() => finalFault('ENCODER_CRASHED'), 1),
    always: failing(() => finalFault('ENCODER_TIMED_OUT')),
    lost: failing(() => finalFault('WORKER_LOST')),
  };
  const jobs = {} as Record<keyof typeof faults | 'audio', LabJob>;
  beforeAll(async () => {
    for (const [name, hook] of Object.entries(faults)) {
      jobs[name as keyof typeof faults] = await lab.start({ chunks: 1, before: { encodeChunk: hook } });
    }
    jobs.audio = await lab.start({ chunks: 1, before: { encodeAudio: faults.once } });
  });

  it('are tried again, and forgotten when the next attempt works', async () => {
    expect(await outcome(jobs.once)).toEqual({ status: 'COMPLETED' });
    expect(jobs.once.world.count('encodeChunk')).toBe(2);
    const encoded = jobs.once.world.log.find((entry) => entry.event.type === 'ChunkEncoded')?.event;
    expect(encoded).toMatchObject({ data: { chunkIndex: 0, result: { temporalAttempt: 2 } } });
  });

  it('are tried again for sound as well', async () => {
    expect(await outcome(jobs.audio)).toEqual({ status: 'COMPLETED' });
    expect(jobs.audio.world.count('encodeAudio')).toBe(2);
  });

  it('fail the job after three retries', async () => {
    expect(await outcome(jobs.always)).toMatchObject({
      status: 'FAILED',
      cause: { type: 'ENCODER_TIMED_OUT' },
    });
    expect(jobs.always.world.count('encodeChunk')).toBe(4);
    expect(jobs.always.world.log.at(-1)?.event).toMatchObject({ data: { failure: { retryable: true } } });
  });

  it('count also when workers were lost by them', async () => {
    expect(await outcome(jobs.lost)).toMatchObject({ status: 'FAILED', cause: { type: 'WORKER_LOST' } });
    expect(jobs.lost.world.count('encodeChunk')).toBe(4);
  });
});

describe('a long job', () => {
  it('is encoded in batches that record their own chunks, with a small history of its own', async () => {
    const job = await lab.start({ chunks: 450 });
    expect(await outcome(job)).toEqual({ status: 'COMPLETED' });
    const perStream = [0, 200, 400].map(
      (first) => job.world.types(batchStream({ firstChunk: first })).length,
    );
    expect(perStream).toEqual([200, 200, 50]);
    expect(job.world.types()).not.toContain('ChunkEncoded');
    const folded = foldAll(job.world.log.map((entry) => entry.event));
    expect(Object.keys(folded.chunks)).toHaveLength(450);
    const { historyLength } = await job.handle.describe();
    expect(historyLength).toBeLessThan(200);
  });

  it('fails whole when a chunk of a batch fails for good', async () => {
    const job = await lab.start({
      chunks: 401,
      before: {
        encodeChunk: (call) => {
          if (call === 150) throw finalFault('SOURCE_DAMAGED');
        },
      },
    });
    expect(await outcome(job)).toMatchObject({ status: 'FAILED', cause: { type: 'SOURCE_DAMAGED' } });
    expect(job.world.log.at(-1)?.event.type).toBe('JobFailed');
    expect(job.world.discarded).toEqual([{ what: 'all', ended: false }]);
  });

  it('stops all batches when it is cancelled', async () => {
    const held = heldUntilCancelled();
    const job = await lab.start({ chunks: 401, before: { encodeChunk: held.hook } });
    await held.reached;
    await job.handle.cancel();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
    expect(job.world.log.at(-1)?.event.type).toBe('JobCancelled');
  });
});
