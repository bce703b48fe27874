import { writeFile } from 'node:fs/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { batchWorkflowId, measureWorkflowId } from '../src/contract/index.ts';
import type { Arrangement } from './fake-world.ts';
import { failing, finalFault, heldUntilCancelled, outcome, platformFault } from './outcomes.ts';
import { WorkflowLab } from './workflow-lab.ts';

// Not a test: `npm run histories:record` runs it to write workflows/histories anew. Do that only for a change of the
// workflows' commands that no running job can meet, or guard the change with patched() and add a history beside these.

const folder = new URL('../histories/', import.meta.url);

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
}, 60_000);
afterAll(() => lab.close(), 60_000);

async function save(workflowId: string, name: string): Promise<void> {
  const history = await lab.env.client.workflow.getHandle(workflowId).fetchHistory();
  // Stack traces name folders of this machine, and replay does not look at them.
  const portable: unknown = JSON.parse(historyToJSON(history), (key, value: unknown) =>
    key === 'stackTrace' ? '' : value,
  );
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(portable, null, 1)}\n`);
}

const held = heldUntilCancelled();
const waiting = heldUntilCancelled();
const arrangements: Record<string, Arrangement> = {
  completed: {},
  'encoder-retried': {
    before: {
      encodeChunk: failing(() => finalFault('ENCODER_CRASHED'), 1),
      recordEvents: failing(platformFault, 1),
    },
  },
  failed: { before: { planJob: failing(() => finalFault('SOURCE_NO_VIDEO')) } },
  cancelled: { before: { encodeChunk: held.hook } },
  batched: { chunks: 450 },
  hardware: { hardware: 'h264_nvenc' },
  'fell-back': {
    hardware: 'h264_nvenc',
    before: {
      encodeChunk: (_, { rendition, software, chunkIndex }) => {
        if (rendition === '720p' && software !== true && chunkIndex === 1)
          throw finalFault('ENCODER_CRASHED');
      },
    },
  },
  deserted: {
    hardware: 'h264_nvenc',
    isQueueServed: () => false,
    before: {
      encodeChunk: (call, { software }) => (software === true ? undefined : waiting.hook(call, undefined)),
    },
  },
  'hardware-batched': { hardware: 'h264_nvenc', chunks: 120 },
  measured: {},
  'measured-batched': { chunks: 250 },
  'notified-by-catalogue': {},
  unmeasured: { before: { measureQuality: failing(() => finalFault('VMAF_UNAVAILABLE')) } },
};

it.each(Object.entries(arrangements))(
  'records %s',
  async (name, arrangement) => {
    const qualityReport = name.includes('measured');
    const job = await lab.start(
      arrangement,
      { webhookUrl: 'https://example.com/hook', qualityReport },
      { jobId: name },
    );
    if (name === 'cancelled') {
      await held.reached;
      await job.handle.cancel();
    }
    await outcome(job);
    await save(job.handle.workflowId, name);
    if (name === 'batched') await save(batchWorkflowId(name, { firstChunk: 400 }), 'batch');
    if (name === 'hardware-batched') {
      await save(batchWorkflowId(name, { firstChunk: 0, rendition: '720p' }), 'hardware-batch');
    }
    if (name === 'measured-batched') await save(measureWorkflowId(name, 200), 'measure-batch');
  },
  60_000,
);

// webhook.json and the jobs beside it come from a version in which jobs started the deliveries of their webhooks.
it('records delivery', async () => {
  const { handle } = await lab.deliver('delivery', {
    deliver: (attempt) => (attempt < 3 ? { state: 'pending', waitMs: 100 } : { state: 'delivered' }),
  });
  await handle.result();
  await save(handle.workflowId, 'delivery');
}, 60_000);

it('records transcode-batch', async () => {
  const { handle } = await lab.startBatch(
    { before: { awaitBatch: failing(() => platformFault('BATCH_RUNNING'), 1) } },
    { jobs: 450 },
    'transcode-batch',
  );
  await handle.result();
  await save(handle.workflowId, 'transcode-batch');
}, 60_000);

it('records a cancelled transcode-batch', async () => {
  const holding = heldUntilCancelled();
  const batch = await lab.startBatch(
    { before: { awaitBatch: holding.hook } },
    { jobs: 3 },
    'transcode-batch-cancelled',
  );
  await holding.reached;
  await batch.handle.cancel();
  await outcome(batch);
  await save(batch.handle.workflowId, 'transcode-batch-cancelled');
}, 60_000);
