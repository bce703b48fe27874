import { readFile } from 'node:fs/promises';
import { foldAll, type JobEvent } from '@framefold/domain';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { jobsOfTemporal } from './jobs-of-temporal.ts';

/** The recorded histories of workflows/histories, by the ids of their workflows. */
const RECORDED: Readonly<Record<string, string>> = {
  'transcode-completed': 'completed',
  'transcode-failed': 'failed',
  'transcode-batched': 'batched',
  'transcode-batched-chunks-400': 'batch',
};

const fetchHistory = async (workflowId: string) => {
  const name = RECORDED[workflowId];
  if (name === undefined) throw new WorkflowNotFoundError('not found', workflowId, undefined);
  const file = new URL(`../../../../workflows/histories/${name}.json`, import.meta.url);
  return historyFromJSON(JSON.parse(await readFile(file, 'utf8')));
};
const workflow = { getHandle: (workflowId: string) => ({ fetchHistory: () => fetchHistory(workflowId) }) };
const jobs = jobsOfTemporal({ workflow } as unknown as Client, (work) => work());
const logOf = async (jobId: string) => await jobs.historyLog(jobId);
const foldOf = async (jobId: string) => {
  const log = await logOf(jobId);
  return foldAll(log.map(({ event }): JobEvent => event));
};

describe('the log that histories tell', () => {
  it('is what the workflow recorded, in its order', async () => {
    const log = await logOf('completed');
    expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, index) => index));
    expect(log[0]).toMatchObject({ jobId: 'completed', stream: 'job', event: { type: 'JobSubmitted' } });
    expect(await foldOf('completed')).toMatchObject({ state: 'completed', request: { userId: 'ada' } });
    expect(await foldOf('failed')).toMatchObject({ state: 'failed', failure: { code: 'SOURCE_NO_VIDEO' } });
  });

  it('holds what batches of chunks recorded, as far as they are known', async () => {
    const log = await logOf('batched');
    const ofBatch = log.filter(({ stream }) => stream === 'chunks-400');
    expect(ofBatch).toHaveLength(50);
    expect(Object.keys((await foldOf('batched')).chunks)).toHaveLength(50);
    // They came while the job was encoding.
    expect(log.indexOf(ofBatch[0]!)).toBeGreaterThan(
      log.findIndex(({ event }) => event.type === 'TranscodingStarted'),
    );
    expect(log.indexOf(ofBatch[49]!)).toBeLessThan(
      log.findIndex(({ event }) => event.type === 'MergingStarted'),
    );
  });

  it('is empty for a job that nobody knows', async () => {
    expect(await logOf('nobody')).toEqual([]);
  });
});
