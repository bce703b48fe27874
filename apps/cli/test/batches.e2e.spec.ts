import { createServer, type IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { BatchView, JobSummary } from '@framefold/domain';
import { clipPath, framefold, processesNaming, startStack, until, type TestStack } from '@framefold/testing';
import { Webhook } from 'standardwebhooks';
import { close, listen } from './breaking-server.ts';

const LIMIT_MS = 240_000;
const WEBHOOK_SECRET = 'a secret of this test alone';
const urlOf = (clip: string): string => pathToFileURL(clipPath(clip)).href;

/** One rung and sound: half a second of encoding. */
const TINY = {
  sourceUrl: urlOf('fragmented.mp4'),
  ladder: [{ name: '144p', shortSide: 144, maxrateKbps: 200, preset: 'fast' }],
};
const BROKEN: Readonly<Record<number, object>> = {
  4: { sourceUrl: urlOf('no-such-file.mp4') },
  17: { sourceUrl: urlOf('broken-noise.mp4') },
  29: { sourceUrl: urlOf('audio-only.mp4'), title: 'The last one' },
};

let stack: TestStack;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'framefold-batches-'));
  stack = await startStack({
    FRAMEFOLD_PRIVATE_NETWORKS: 'allow',
    FRAMEFOLD_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
}, LIMIT_MS);
afterAll(async () => {
  await stack?.stop();
  await rm(work, { recursive: true, force: true });
});

const ask = async (path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${stack.apiUrl}${path}`, init);
  return { status: answer.status, body: await answer.json() };
};
const manifest = async (name: string, content: string): Promise<string> => {
  await writeFile(join(work, name), content);
  return join(work, name);
};
const submit = async (file: string, ...options: string[]): Promise<string> => {
  const end = await framefold(['batch', 'submit', file, ...options], stack.env);
  expect(end).toMatchObject({ exitCode: 0 });
  return end.stdout.trim();
};
const jobsOf = async (batchId: string): Promise<JobSummary[]> =>
  ((await ask(`/api/jobs?batch=${batchId}&limit=200`)).body as { jobs: JobSummary[] }).jobs;

it(
  'thirty jobs, of which three are broken, end as one',
  async () => {
    const delivered: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        delivered.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    });
    const webhookUrl = `${await listen(server)}/done`;
    try {
      const content = {
        ...{ title: 'Thirty', labels: ['thirty'], webhookUrl, defaults: { userId: 'ada' } },
        jobs: Array.from({ length: 30 }, (_, index) => ({ ...TINY, ...BROKEN[index] })),
      };
      const file = await manifest('thirty.json', JSON.stringify(content));
      const batchId = await submit(file, '--key', 'thirty');
      expect(await submit(file, '--key', 'thirty')).toBe(batchId);
      const other = await manifest('other.json', JSON.stringify({ ...content, title: 'Another' }));
      const refused = await framefold(['batch', 'submit', other, '--key', 'thirty'], stack.env);
      expect(refused).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('IDEMPOTENCY_KEY_REUSED'),
      });

      const end = await framefold(['batch', 'status', batchId, '--follow', '--json'], stack.env);
      expect(end.exitCode).toBe(1);
      const batch = JSON.parse(end.stdout.trimEnd().split('\n').at(-1) ?? '') as BatchView;
      expect(batch).toMatchObject({
        id: batchId,
        status: 'failed',
        counts: { completed: 27, failed: 3 },
        progress: { total: 30, completed: 27, failed: 3, running: 0, percent: 100 },
      });
      expect(batch.failures.map(({ failure }) => failure.code).sort()).toEqual([
        'SOURCE_NOT_FOUND',
        'SOURCE_NOT_MEDIA',
        'SOURCE_NO_VIDEO',
      ]);
      expect(batch.failures[0]).toMatchObject({ title: 'The last one' });

      const jobs = await jobsOf(batchId);
      expect(jobs).toHaveLength(30);
      for (const job of jobs)
        expect(job).toMatchObject({ batchId, userId: 'ada', request: { labels: ['thirty'] } });
      // In the order of the manifest.
      expect([...jobs].reverse().map(({ status }, index) => (status === 'failed' ? index : -1))).toEqual(
        Array.from({ length: 30 }, (_, index) => (index in BROKEN ? index : -1)),
      );

      const { headers, body } = await until(async () => delivered[0]);
      const verified = new Webhook(WEBHOOK_SECRET, { format: 'raw' }).verify(
        body,
        headers as Record<string, string>,
      );
      expect(verified).toEqual({
        ...{ type: 'batch.completed', batchId, status: 'failed', jobs: 30 },
        counts: batch.counts,
        completedAt: batch.completedAt,
      });
      const list = await framefold(['list', '--batch', batchId, '--status', 'failed', '--json'], stack.env);
      expect(JSON.parse(list.stdout)).toHaveLength(3);
      expect(delivered).toHaveLength(1);
    } finally {
      await close(server);
    }
  },
  LIMIT_MS,
);

it(
  'is cancelled as one, also what has not begun',
  async () => {
    const rows = Array.from({ length: 40 }, () => `${urlOf('bunny-480p24-30s.mp4')},batch`);
    const batchId = await submit(await manifest('long.csv', `sourceUrl,priority\n${rows.join('\n')}\n`));
    await until(async () => (await jobsOf(batchId)).some(({ progress }) => progress.running > 0));
    const end = await framefold(['batch', 'cancel', batchId], stack.env);
    expect(end).toMatchObject({ exitCode: 0, stdout: `Batch ${batchId} is cancelled.\n` });

    const { body: batch } = await ask(`/api/batches/${batchId}`);
    expect(batch).toMatchObject({ status: 'cancelled', counts: { cancelled: 40, pending: 0 } });
    expect((await jobsOf(batchId)).filter(({ status }) => status !== 'cancelled')).toEqual([]);
    expect(await processesNaming(join(stack.home, 'scratch'))).toEqual([]);
    // Who lost the answer comes again.
    expect(await ask(`/api/batches/${batchId}`, { method: 'DELETE' })).toMatchObject({ status: 200 });
    const status = await framefold(['batch', 'status', batchId, '--follow'], stack.env);
    expect(status.exitCode).toBe(130);
  },
  LIMIT_MS,
);

it(
  'has no more jobs under way than a quota allows, and ends all the same',
  async () => {
    const setQuotas = (quotas: object) =>
      ask('/api/tenants/default', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ quotas }),
      });
    expect(await setQuotas({ concurrentJobs: 2 })).toMatchObject({ status: 200 });
    try {
      const content = JSON.stringify({ jobs: Array.from({ length: 6 }, () => TINY) });
      const batchId = await submit(await manifest('few.json', content));
      const underWay: number[] = [];
      const batch = await until(async () => {
        underWay.push((await jobsOf(batchId)).filter(({ completedAt }) => completedAt === undefined).length);
        const { status, body } = await ask(`/api/batches/${batchId}`);
        expect(status).toBe(200);
        return (body as BatchView).status === 'running' ? undefined : (body as BatchView);
      });
      expect(batch).toMatchObject({ status: 'completed', counts: { completed: 6 } });
      expect(Math.max(...underWay)).toBe(2);
    } finally {
      await setQuotas({});
    }
  },
  LIMIT_MS,
);

it(
  'is not begun where an entry is wrong, and says which',
  async () => {
    const file = await manifest(
      'wrong.csv',
      `sourceUrl,segmentSeconds\n${TINY.sourceUrl},6\n${TINY.sourceUrl},99\n`,
    );
    const before = (await ask('/api/batches')).body;
    const end = await framefold(['batch', 'submit', file], stack.env);
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('jobs[1].segmentSeconds') });
    expect((await ask('/api/batches')).body).toEqual(before);
  },
  LIMIT_MS,
);
