import type { NewDelivery } from '@framefold/domain';
import { happyLog } from '@framefold/domain/testing';
import { forbiddenLiterals } from '@framefold/testing';
import { ProblemError } from '../problem/problem-error.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { dispatchDue } from './dispatch-deliveries.ts';

const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';
const HOUR_MS = 3_600_000;

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

/** A job with one webhook that was refused once. */
async function aRefusedDelivery(): Promise<NewDelivery> {
  const jobId = await api.jobWith(happyLog());
  const delivery: NewDelivery = {
    ...{ id: `msg_${jobId}_18`, tenantId: 'default', jobId, url: 'https://hooks.example/h' },
    ...{ event: 'job.completed', sequence: 18, body: '{"type":"job.completed"}' },
    ...{ createdAt: 1_000, startAt: 1_000 },
  };
  const { deliveries } = api.catalogue;
  await deliveries.add([delivery]);
  await deliveries.markStarted({ id: delivery.id, run: 0 });
  await deliveries.recordAttempt(
    { id: delivery.id, run: 0, attempt: 1 },
    { at: 2_000, status: 500, error: 'The receiver answered 500.', durationMs: 3 },
    { state: 'pending', nextAttemptAt: 4_000 },
  );
  return delivery;
}
const shown = ({ id, jobId, url, event, sequence, createdAt }: NewDelivery) => ({
  ...{ id, jobId, url, event, sequence, createdAt, state: 'pending', nextAttemptAt: 4_000 },
  attempts: [{ at: 2_000, status: 500, error: 'The receiver answered 500.', durationMs: 3 }],
});

describe('the log of webhooks', () => {
  it('shows those of a job', async () => {
    const delivery = await aRefusedDelivery();
    const answer = await api.send('GET', `/api/jobs/${delivery.jobId}/deliveries`);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.json).toEqual({ deliveries: [shown(delivery)] });
  });

  it('shows one with its body, and nothing of how it is stored', async () => {
    const delivery = await aRefusedDelivery();
    const answer = await api.send('GET', `/api/deliveries/${delivery.id}`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json).toEqual({ ...shown(delivery), body: delivery.body });
  });

  it('sends one again, with the same id', async () => {
    const delivery = await aRefusedDelivery();
    const answer = await api.send('POST', `/api/deliveries/${delivery.id}/send-again`);
    expect(answer).toMatchObject({ status: 202, json: { id: delivery.id, state: 'pending' } });
    expect(answer.json).not.toHaveProperty('nextAttemptAt');
    const { id, tenantId, jobId, event } = delivery;
    expect(await api.catalogue.deliveries.due(api.now, 9)).toEqual([{ id, run: 1, tenantId, jobId, event }]);
  });

  it.each([
    ['GET', `/api/jobs/${UNKNOWN}/deliveries`, 'JOB_NOT_FOUND'],
    ['GET', '/api/jobs/x/deliveries', 'JOB_NOT_FOUND'],
    ['GET', '/api/deliveries/msg_none', 'DELIVERY_NOT_FOUND'],
    ['GET', '/api/deliveries/%00', 'DELIVERY_NOT_FOUND'],
    ['POST', '/api/deliveries/msg_none/send-again', 'DELIVERY_NOT_FOUND'],
  ])('answers 404 to %s %s', async (method, path, code) => {
    expect(await api.send(method, path)).toMatchObject({ status: 404, json: { code } });
  });

  it('shows no webhook of a job that it does not show', async () => {
    const delivery = await aRefusedDelivery();
    const id = `msg_${UNKNOWN}_1`;
    await api.catalogue.deliveries.add([{ ...delivery, id, jobId: UNKNOWN }]);
    for (const [method, path] of [
      ['GET', `/api/deliveries/${id}`],
      ['POST', `/api/deliveries/${id}/send-again`],
    ] as const) {
      expect(await api.send(method, path)).toMatchObject({ json: { code: 'DELIVERY_NOT_FOUND' } });
    }
    expect(await api.catalogue.deliveries.find(id)).toMatchObject({ run: 0 });
  });
});

describe('the secrets of webhooks', () => {
  it('are rotated: a new one is shown once, the old one signs for a while', async () => {
    const old = { id: 'first', createdAt: api.now - 9 * HOUR_MS, secret: 'whsec_b2xk' };
    await api.catalogue.webhookSecrets.add('default', old);
    const rotated = await api.send('POST', '/api/webhook-secrets');
    expect(rotated).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    expect(rotated.json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const expected = [
      { id: rotated.json.id, createdAt: api.now },
      { id: 'first', createdAt: old.createdAt, signsUntil: api.now + 24 * HOUR_MS },
    ];
    expect((await api.send('GET', '/api/webhook-secrets')).json).toEqual({ secrets: expected });
    api.now += 24 * HOUR_MS;
    expect((await api.send('GET', '/api/webhook-secrets')).json).toEqual({ secrets: expected.slice(0, 1) });
  });
});

describe('dispatchDue', () => {
  it('starts a workflow for each webhook that is due, once', async () => {
    const delivery = await aRefusedDelivery();
    const { deliveries } = api.catalogue;
    const many = Array.from({ length: 250 }, (_, index) => ({ ...delivery, id: `msg_${index}` }));
    await deliveries.add([...many, { ...delivery, id: 'msg_later', startAt: 1_001 }]);
    await dispatchDue(api, 1_000);
    await dispatchDue(api, 1_000);
    expect(api.temporal.deliveries.map(({ id }) => id).toSorted()).toEqual(
      many.map(({ id }) => id).toSorted(),
    );
  });

  it('leaves them for the next round while Temporal is away', async () => {
    const { id } = await aRefusedDelivery();
    await api.catalogue.deliveries.sendAgain(id, 5);
    api.temporal.failure = new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.');
    await expect(dispatchDue(api, 5)).rejects.toThrow();
    api.temporal.failure = undefined;
    await dispatchDue(api, 5);
    expect(api.temporal.deliveries).toMatchObject([{ id, run: 1 }]);
  });
});

describe('a job with a webhook', () => {
  const post = (webhookUrl: string) =>
    api.send('POST', '/api/transcode', {
      body: { sourceUrl: 'https://media.example/a.mp4', webhookUrl, webhookEvents: ['job.progress'] },
    });

  it('is taken with the events that it asks for', async () => {
    expect(await post('https://hooks.example/h')).toMatchObject({ status: 201 });
    expect(api.temporal.started).toMatchObject([{ request: { webhookEvents: ['job.progress'] } }]);
  });

  it.each(forbiddenLiterals(8443))('is refused where that is %s', async (url) => {
    const answer = await post(url);
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'VALIDATION_FAILED', errors: [{ path: 'webhookUrl' }] },
    });
    expect(api.temporal.started).toEqual([]);
  });
});
