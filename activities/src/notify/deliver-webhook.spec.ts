import { Readable } from 'node:stream';
import { foldAll, type JobEventType } from '@framefold/domain';
import { example } from '@framefold/domain/testing';
import type { Catalogue, GuardedFetch, GuardedRequest } from '@framefold/platform';
import { Webhook } from 'standardwebhooks';
import { deliverWebhook } from './deliver-webhook.ts';

const SECRET = 'a secret of sixteen or more';
const COMPLETED = [
  'JobSubmitted',
  'ProbingStarted',
  'SplittingStarted',
  'PlanFrozen',
  'TranscodingStarted',
  'MergingStarted',
  'JobCompleted',
] as const;

describe('deliverWebhook', () => {
  const sent: { url: string; request: GuardedRequest }[] = [];
  beforeEach(() => sent.splice(0));

  const deliver = (
    types: readonly JobEventType[],
    answer: number | Error = 204,
  ): Promise<{ status: number }> => {
    const fetch: GuardedFetch = (url, request = {}) => {
      sent.push({ url: url.href, request });
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ status: answer, header: () => undefined, body: Readable.from(['body']) });
    };
    const job = foldAll(types.map((type, at) => example(type, at)));
    const catalogue = { job: () => Promise.resolve({ jobId: 'job-1', job, live: [] }) } as Partial<Catalogue>;
    const activity = deliverWebhook({
      catalogue: catalogue as Catalogue,
      fetch,
      webhookSecret: SECRET,
      publicBaseUrl: 'https://framefold.example',
    });
    return activity({
      jobId: 'job-1',
      deliveryId: 'd-1',
      url: 'https://hooks.example/h',
      event: 'job.completed',
    });
  };

  it('sends a body that its signature holds for, and follows no redirect', async () => {
    expect(await deliver(COMPLETED)).toEqual({ status: 204 });
    const { url, request } = sent[0] ?? { url: '', request: {} };
    expect(url).toBe('https://hooks.example/h');
    expect(request).toMatchObject({ method: 'POST', redirects: 0 });
    const verified = new Webhook(SECRET, { format: 'raw' }).verify(request.body ?? '', {
      ...request.headers,
    });
    expect(verified).toMatchObject({
      jobId: 'job-1',
      status: 'completed',
      outputBaseUrl: expect.stringMatching(/^https:\/\/framefold\.example\/.*job-1/) as string,
      manifestUrl: expect.stringMatching(/\.m3u8$/) as string,
      completedAt: COMPLETED.length - 1,
    });
    expect(request.headers?.['webhook-id']).toBe('d-1');
  });

  it('says why a job failed, and names no output', async () => {
    await deliver(['JobSubmitted', 'ProbingStarted', 'JobFailed']);
    const body = JSON.parse(sent[0]?.request.body ?? '{}') as Record<string, unknown>;
    expect(body).toMatchObject({ status: 'failed', failure: { code: expect.any(String) as string } });
    expect(body).not.toHaveProperty('manifestUrl');
  });

  it.each([199, 302, 404, 500, new Error('refused')])('takes %s for a refusal', async (answer) => {
    await expect(deliver(COMPLETED, answer)).rejects.toMatchObject({ code: 'WEBHOOK_REFUSED' });
  });
});
