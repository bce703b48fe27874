import { TaskCounter } from './task-counter.ts';

const task = { activity: 'encodeChunk', workflowId: 'transcode-j', attempt: 1, startedAt: 0 };

it('knows what runs and how the rest ended', async () => {
  const counter = new TaskCounter();
  let finish = (): void => undefined;
  const running = counter.count(task, () => new Promise<void>((resolve) => (finish = resolve)));
  await expect(counter.count({ ...task }, () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
  expect(counter).toMatchObject({ current: [task], completed: 0, failed: 1 });
  finish();
  await running;
  expect(counter).toMatchObject({ current: [], completed: 1, failed: 1 });
});
