import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openCatalogue } from '@framefold/platform';
import type { BatchView, JobFold, JobView, RecordedEvent } from '@framefold/domain';
import { clipPath, framefold, startStack, until, type TestStack } from '@framefold/testing';

const LIMIT_MS = 300_000;
const urlOf = (clip: string): string => pathToFileURL(clipPath(clip)).href;
const LADDER = [{ name: '144p', shortSide: 144, maxrateKbps: 200, preset: 'fast' as const }];

describe('framefold catalogue rebuild', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  }, LIMIT_MS);
  afterAll(() => stack?.stop());

  const batchOf = async (batchId: string): Promise<BatchView> =>
    (await (await fetch(`${stack.apiUrl}/api/batches/${batchId}`)).json()) as BatchView;

  /** All that the catalogue holds of jobs, but for what encoders report meanwhile. The stack must be down. */
  const contentOf = async (ids: readonly string[]) => {
    const catalogue = await openCatalogue({ folder: join(stack.home, 'catalogue') });
    const content: Record<string, { job: JobFold | undefined; events: readonly RecordedEvent[] }> = {};
    for (const id of ids)
      content[id] = { job: (await catalogue.job(id))?.job, events: await catalogue.events(id) };
    await catalogue.close();
    return content;
  };
  const down = () => framefold(['down'], stack.env);

  it(
    'restores every job, log and batch after the catalogue is lost, and running jobs go on',
    async () => {
      const worker = await stack.startWorker();
      const good = await stack.submit({
        sourceUrl: urlOf('fragmented.mp4'),
        ladder: LADDER,
        labels: ['kept'],
      });
      const broken = await stack.submit({ sourceUrl: urlOf('broken-noise.mp4') });
      const answer = await fetch(`${stack.apiUrl}/api/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          labels: ['kept'],
          jobs: ['fragmented.mp4', 'no-such-file.mp4'].map((clip) => ({
            sourceUrl: urlOf(clip),
            ladder: LADDER,
          })),
        }),
      });
      const { batchId } = (await answer.json()) as { batchId: string };
      const batch = await until(async () => {
        const view = await batchOf(batchId);
        return view.completedAt === undefined ? undefined : view;
      });
      for (const jobId of [good, broken]) await stack.follow(jobId);
      const running = await stack.submit({ sourceUrl: urlOf('bunny-480p24-30s.mp4'), segmentSeconds: 2 });
      await stack.follow(running, ({ progress }) => progress.completed >= 4);
      const cancelled = await stack.submit({ sourceUrl: urlOf('bunny-480p24-30s.mp4') });
      await fetch(`${stack.apiUrl}/api/jobs/${cancelled}`, { method: 'DELETE' });
      worker.kill('SIGKILL');
      await worker.ended;
      const listed = (await (await fetch(`${stack.apiUrl}/api/jobs`)).json()) as { jobs: JobView[] };
      const ids = listed.jobs.map(({ id }) => id);
      expect(ids).toHaveLength(6);
      const documents = await Promise.all([good, broken, cancelled].map((id) => stack.job(id)));
      await down();
      const before = await contentOf(ids);
      await rm(join(stack.home, 'catalogue'), { recursive: true });
      await stack.up();
      await expect(stack.job(good)).rejects.toThrow('404');

      const end = await framefold(['catalogue', 'rebuild', '--json'], stack.env);
      expect(end.exitCode).toBe(0);
      expect(JSON.parse(end.stdout)).toMatchObject({
        ...{ status: 'completed', fromStore: 5, fromTemporal: 1, batches: 1 },
      });
      expect(await Promise.all([good, broken, cancelled].map((id) => stack.job(id)))).toEqual(documents);
      expect(await batchOf(batchId)).toEqual(batch);
      const byLabel = (await (await fetch(`${stack.apiUrl}/api/jobs?label=kept`)).json()) as {
        jobs: JobView[];
      };
      expect(byLabel.jobs.map(({ id }) => id)).toEqual(
        listed.jobs.filter(({ request }) => request.labels.includes('kept')).map(({ id }) => id),
      );
      await down();
      expect(await contentOf(ids)).toEqual(before);

      await stack.up();
      await stack.startWorker();
      expect(await stack.follow(running)).toMatchObject({ status: 'completed' });
    },
    LIMIT_MS,
  );
});

describe('framefold catalogue rebuild where keys are required', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no', FRAMEFOLD_KEYS: 'required' });
  }, LIMIT_MS);
  afterAll(() => stack?.stop());

  const keyOf = async (...args: string[]): Promise<string> =>
    (await framefold(['keys', 'create', ...args], stack.env)).stdout.trim();
  const usage = async (key: string): Promise<number> =>
    (await fetch(`${stack.apiUrl}/api/usage`, { headers: { authorization: `Bearer ${key}` } })).status;

  it(
    'makes keys of before work again, but for those that were revoked',
    async () => {
      await framefold(['tenants', 'create', 'acme', '--weight', '2'], stack.env);
      const key = await keyOf('--tenant', 'acme');
      const revoked = await keyOf('--tenant', 'acme');
      const [, revokedId = ''] = /^ff_([^_]+)_/.exec(revoked) ?? [];
      await framefold(['keys', 'revoke', revokedId, '--tenant', 'acme'], stack.env);
      expect([await usage(key), await usage(revoked)]).toEqual([200, 401]);
      await framefold(['down'], stack.env);
      await rm(join(stack.home, 'catalogue'), { recursive: true });
      // A start and a stop on the new catalogue, whose only key is the operator's, leave the backup whole.
      await stack.up();
      expect(await usage(key)).toBe(401);
      await framefold(['down'], stack.env);
      await stack.up();

      const end = await framefold(['catalogue', 'rebuild', '--json'], stack.env);
      expect(end.exitCode).toBe(0);
      // The lost operator key comes back, too.
      expect(JSON.parse(end.stdout)).toMatchObject({ tenants: 1, keys: 3, accessBackup: 'restored' });
      expect([await usage(key), await usage(revoked)]).toEqual([200, 401]);
    },
    LIMIT_MS,
  );
});
