import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { toBatchSummary, type BatchCounts, type BatchView } from '@framefold/domain';
import { EXAMPLES } from '@framefold/domain/testing';
import { aTree, FakeApi, type Script } from '../../test/fake-api.ts';
import type { Io } from '../io.ts';
import { run } from '../program.ts';

const FAILURE = { jobId: 'job-9', title: 'A walk', failure: EXAMPLES.JobFailed.failure };

const aBatch = (counts: BatchCounts, marks: { endedAt?: number; cancelledAt?: number } = {}): BatchView => ({
  ...toBatchSummary(
    {
      batchId: 'batch-1',
      tenantId: 'default',
      submittedAt: 1,
      title: 'Nightly',
      labels: [],
      jobs: 4,
      ...marks,
    },
    { counts, percentOfUnended: 0 },
  ),
  failures: counts.failed === undefined ? [] : [FAILURE],
});

let folder: string;
let api: FakeApi;
let said: { stdout: string; stderr: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framefold-cli-'));
  said = { stdout: '', stderr: '' };
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

async function anApi(answers: NonNullable<Script['answers']>): Promise<void> {
  api = new FakeApi({ views: [], tree: aTree(), answers });
  await api.start();
}

function command(...argv: string[]): Promise<number> {
  const config = loadConfig({}, folder);
  const io: Partial<Io> = {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    cwd: folder,
    pace: { pollMs: 1, retryMs: 5, patienceMs: 10_000 },
    loadConfig: () => ({ ...config, api: { ...config.api, url: `http://127.0.0.1:${api.port}` } }),
    onInterrupt: () => () => undefined,
  };
  return run(argv, io as Io);
}

describe('batch submit', () => {
  const submitted = { status: 201, body: { batchId: 'batch-1', status: 'running', jobs: 2 } };

  it.each([
    ['jobs.json', '{"jobs": []}', 'application/json'],
    ['jobs.CSV', 'sourceUrl\nhttps://x/y', 'text/csv'],
  ])('sends %s as it is and prints the id', async (name, text, type) => {
    await anApi({ 'POST /api/batches': [submitted] });
    writeFileSync(join(folder, name), text);
    expect(await command('batch', 'submit', name)).toBe(0);
    expect(api.submitted).toEqual({ type, text });
    expect(said.stdout).toBe('batch-1\n');
  });

  it('refuses a file that is no manifest or not there', async () => {
    await anApi({});
    expect(await command('batch', 'submit', 'jobs.xlsx')).toBe(2);
    expect(await command('batch', 'submit', 'missing.json')).toBe(2);
    expect(said.stderr).toMatch(/\.json or \.csv[^]*ENOENT/);
    expect(api.calls).toEqual([]);
  });

  it('names the entries that the API refuses', async () => {
    const errors = [{ path: 'jobs[17].sourceUrl', message: 'must be a URL' }];
    const problem = { code: 'VALIDATION_FAILED', error: 'It is not valid.', errors };
    await anApi({ 'POST /api/batches': [{ status: 400, body: problem }] });
    writeFileSync(join(folder, 'jobs.json'), '{}');
    expect(await command('batch', 'submit', 'jobs.json')).toBe(2);
    expect(said.stderr).toContain('jobs[17].sourceUrl: must be a URL');
  });
});

describe('batch status', () => {
  const path = 'GET /api/batches/batch-1';

  it.each([
    [aBatch({ completed: 4 }, { endedAt: 9 }), 0],
    [aBatch({ completed: 3, failed: 1 }, { endedAt: 9 }), 1],
    [aBatch({ completed: 3 }, { endedAt: 9, cancelledAt: 8 }), 130],
  ])('--follow tells each change and ends as the batch does (case %#)', async (end, code) => {
    const begun = { status: 200, body: aBatch({}) };
    await anApi({ [path]: [begun, begun, { status: 503, body: {} }, { status: 200, body: end }] });
    expect(await command('batch', 'status', 'batch-1', '--follow')).toBe(code);
    expect(said.stdout.match(/^running, 0 %/gm)).toHaveLength(1);
    expect(said.stdout).toContain(`Nightly batch-1: ${end.status}, 100 %`);
  });

  it('shows counts and failures, and as JSON the document', async () => {
    const batch = aBatch({ completed: 1, failed: 2 });
    await anApi({ [path]: [{ status: 200, body: batch }] });
    expect(await command('batch', 'status', 'batch-1')).toBe(0);
    expect(said.stdout).toContain('4 jobs: 1 pending, 1 completed, 2 failed');
    expect(said.stdout).toContain('job-9  A walk  ENCODER_CRASHED: ');
    expect(said.stdout).toContain('and 1 more: framefold list --batch batch-1 --status failed');
    said.stdout = '';
    expect(await command('batch', 'status', 'batch-1', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toEqual(batch);
  });
});

it('batch cancel waits until nothing runs any more', async () => {
  const pending = { status: 202, body: { status: 'cancelling' } };
  await anApi({
    'DELETE /api/batches/batch-1': [pending, pending, { status: 200, body: { status: 'cancelled' } }],
  });
  expect(await command('batch', 'cancel', 'batch-1')).toBe(0);
  expect(api.calls).toHaveLength(3);
  expect(said.stdout).toBe('Batch batch-1 is cancelled.\n');
  expect(said.stderr).toBe('');
});

describe('catalogue rebuild', () => {
  const state = (status: string, fields: object = {}) => ({
    status: 200,
    body: {
      ...{ status, fromStore: 0, fromTemporal: 0, batches: 0 },
      ...{ tenants: 0, keys: 0, accessBackup: 'unread', ...fields },
    },
  });

  it('waits for the end and says what was restored', async () => {
    await anApi({
      'POST /api/catalogue/rebuild': [state('running')],
      'GET /api/catalogue/rebuild': [
        state('running', { fromStore: 3 }),
        state('completed', {
          ...{ fromStore: 5, fromTemporal: 1, batches: 2 },
          ...{ accessBackup: 'restored', tenants: 3, keys: 4 },
        }),
      ],
    });
    expect(await command('catalogue', 'rebuild')).toBe(0);
    expect(said.stdout).toBe(
      'Restored: 5 jobs from the store, 1 from Temporal, 2 batches.\n' +
        'From their backup: 3 tenants and 4 keys that were not there.\n',
    );
  });

  it('says that tenants and keys have no backup', async () => {
    await anApi({ 'POST /api/catalogue/rebuild': [state('completed', { accessBackup: 'absent' })] });
    expect(await command('catalogue', 'rebuild')).toBe(0);
    expect(said.stdout).toContain('There is no backup of tenants and keys');
  });

  it('shows the code and the hint of a backup that is damaged', async () => {
    const fault = { code: 'ACCESS_BACKUP_DAMAGED', error: 'It is not JSON.', hint: 'Put it back.' };
    await anApi({
      'POST /api/catalogue/rebuild': [state('failed', { accessBackup: 'damaged', fromStore: 2, ...fault })],
    });
    expect(await command('catalogue', 'rebuild')).toBe(1);
    expect(said.stdout).toContain('Restored: 2 jobs');
    expect(said.stderr).toContain('ACCESS_BACKUP_DAMAGED: It is not JSON.\nHint: Put it back.');
  });

  it.each([
    [state('failed', { error: 'The store does not answer.' }), 'The store does not answer.'],
    [state('none'), 'restarted'],
  ])('says why it did not come to its end (case %#)', async (end, sentence) => {
    await anApi({
      'POST /api/catalogue/rebuild': [state('running')],
      'GET /api/catalogue/rebuild': [end],
    });
    expect(await command('catalogue', 'rebuild')).toBe(1);
    expect(said.stderr).toContain('REBUILD_FAILED');
    expect(said.stderr).toContain(sentence);
  });
});
