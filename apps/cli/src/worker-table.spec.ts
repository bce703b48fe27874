import { toWorkerPool } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { workerTable } from './worker-table.ts';

const now = 1_800_000_000_000;
const queue = {
  name: 'framefold-encode-cpu',
  pollers: 1,
  backlog: 12,
  backlogAgeSeconds: 75,
  tasksAddedPerSecond: 0,
  tasksDispatchedPerSecond: 1.5,
};
const entry = { taskQueue: 'framefold-media', status: 'running', lastHeartbeat: now - 4_000 };
const stranger = { ...entry, identity: 'stranger', slotsUsed: 0, pollers: 1 };
const canvas = { now, width: Infinity, verbose: false };

describe('workerTable', () => {
  it('cuts tables, not notes, on a narrow terminal', () => {
    const reason = 'Encodes of 3 different jobs failed here in a row.';
    const report = workerReport({ id: 'sick', lastHeartbeat: now, statusReasons: [reason] });
    const pool = toWorkerPool([report], { workers: [], queues: [queue] }, now);
    const lines = workerTable(pool, { ...canvas, width: 30 });
    expect(lines).toContain(`sick: ${reason}`);
    const tables = lines.filter((line) => !line.startsWith('sick:'));
    expect(Math.max(...tables.map((line) => line.length))).toBe(30);
    expect(workerTable(pool, canvas)[0]).toMatch(/ENCODERS$/);
  });

  it('names workers that have no report, also where they are the only ones', () => {
    const pool = toWorkerPool([], { workers: [stranger], queues: [queue] }, now);
    expect(workerTable(pool, canvas).slice(0, 4)).toEqual([
      'No workers.',
      '',
      'stranger: heard by Temporal 4 s ago on framefold-media; it has no readable report in the store.',
      '',
    ]);
  });

  it('shows what waits when nobody works, and why it can not', () => {
    const waiting = workerTable(toWorkerPool([], { workers: [], queues: [queue] }, now), canvas);
    expect(waiting.at(-1)).toMatch(/^framefold-encode-cpu +1 +12 /);
    const away = workerTable(toWorkerPool([], 'Temporal does not answer.', now), canvas);
    expect(away).toEqual(['No workers.', '', 'No task queues: Temporal does not answer.']);
  });
});
