import { readdir, readFile } from 'node:fs/promises';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows, quietRuntime } from '../test/workflow-lab.ts';

const folder = new URL('../histories/', import.meta.url);

interface RecordedHistory {
  events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
}

const load = async (name: string): Promise<RecordedHistory> =>
  JSON.parse(await readFile(new URL(name, folder), 'utf8')) as RecordedHistory;

describe('jobs that began under earlier code', () => {
  let workflowBundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    quietRuntime();
    workflowBundle = await bundleWorkflows();
  });

  it('go on under this code', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const histories = await Promise.all(
      names.map(async (name) => ({ workflowId: name, history: await load(name) })),
    );
    const results: Record<string, Error | undefined> = {};
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
      results[workflowId] = error;
    }
    expect(results).toEqual(Object.fromEntries(names.map((name) => [name, undefined])));
    expect(names.length).toBeGreaterThanOrEqual(18);
  });

  it('would not if the code had other steps than their histories', async () => {
    const history = await load('completed.json');
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events) {
      if (scheduled?.activityType.name === 'planJob') scheduled.activityType.name = 'anotherStep';
    }
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).rejects.toThrow(
      DeterminismViolationError,
    );
  });
});
