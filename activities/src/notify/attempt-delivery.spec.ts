import { Readable } from 'node:stream';
import { CodedError, type NewDelivery } from '@framefold/domain';
import { event, example, happyLog, request } from '@framefold/domain/testing';
import { ForbiddenUrlError, type GuardedFetch, type GuardedRequest } from '@framefold/platform';
import { FakeCatalogue } from '@framefold/testing';
import { Webhook } from 'standardwebhooks';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { attemptDelivery } from './attempt-delivery.ts';

const HOUR_MS = 3_600_000;
const ID = 'msg_j_7';
const SECRETS = ['one', 'two', 'three'].map(
  (text) => `whsec_${Buffer.from(text.repeat(8)).toString('base64')}`,
);

describe('attemptDelivery', () => {
  let catalogue: FakeCatalogue;
  let sent: { url: string; request: GuardedRequest }[];
  let answer: number | Error;
  beforeEach(async () => {
    catalogue = new FakeCatalogue();
    sent = [];
    answer = 204;
    await catalogue.webhookSecrets.add('default', { id: 'first', createdAt: 1, secret: SECRETS[0]! });
  });

  const fetch: GuardedFetch = (url, given = {}) => {
    sent.push({ url: url.href, request: given });
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ status: answer, header: () => undefined, body: Readable.from(['body']) });
  };
  const add = (fields: Partial<NewDelivery> = {}) =>
    catalogue.deliveries.add([
      {
        ...{ id: ID, tenantId: 'default', jobId: 'j', url: 'https://hooks.example/h' },
        ...{ event: 'job.completed', sequence: 7, body: '{"type":"job.completed","name":"Grüße"}' },
        ...{ createdAt: Date.now(), startAt: 0, ...fields },
      },
    ]);
  const attempt = (number = 1, run = 0) =>
    attemptDelivery({ catalogue, fetch, webhooks: { hours: 24, overlapHours: 24 } })({
      ...{ deliveryId: ID, run, attempt: number },
    });
  const found = async () => (await catalogue.deliveries.find(ID))!;
  const verify = (secret: string): unknown => {
    const { headers, body } = sent.at(-1)!.request;
    return new Webhook(secret).verify(body ?? '', { ...headers });
  };

  it('sends the stored body, signed, follows no redirect and records the answer', async () => {
    await add();
    expect(await attempt()).toEqual({ state: 'delivered' });
    expect(sent).toMatchObject([
      { url: 'https://hooks.example/h', request: { method: 'POST', redirects: 0, answerSeconds: 10 } },
    ]);
    expect(sent[0]?.request.headers).toMatchObject({ 'webhook-id': ID, 'content-type': 'application/json' });
    expect(verify(SECRETS[0]!)).toEqual({ type: 'job.completed', name: 'Grüße' });
    expect(await found()).toMatchObject({ state: 'delivered', attempts: [{ status: 204 }] });
  });

  it('signs by the old secret and the new one, until the old one is over', async () => {
    await add();
    const at = (hoursAgo: number): number => Date.now() - hoursAgo * HOUR_MS;
    await catalogue.webhookSecrets.add('default', { id: 'b', createdAt: at(25), secret: SECRETS[1]! });
    await catalogue.webhookSecrets.add('default', { id: 'c', createdAt: at(23), secret: SECRETS[2]! });
    await attempt();
    expect(() => verify(SECRETS[2]!)).not.toThrow();
    expect(() => verify(SECRETS[1]!)).not.toThrow();
    expect(() => verify(SECRETS[0]!)).toThrow('No matching signature');
    expect(sent[0]?.request.headers?.['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  it('gives a tenant without a secret its first, which then stays', async () => {
    await add({ tenantId: 'acme' });
    answer = 500;
    await attempt(1);
    await attempt(2);
    const [secret, ...others] = await catalogue.webhookSecrets.list('acme');
    expect(others).toEqual([]);
    expect(() => verify(secret!.secret)).not.toThrow();
  });

  it.each([
    [301, 'The receiver answered 301; redirects are not followed.'],
    [404, 'The receiver answered 404.'],
    [503, 'The receiver answered 503.'],
    [Object.assign(new Error('slow'), { code: 'ETIMEDOUT' }), 'No answer came: ETIMEDOUT'],
    [new Error('nothing there'), 'No answer came: nothing there'],
  ])('tries again after %s', async (given, error) => {
    answer = given;
    await add();
    const { state, waitMs } = await attempt();
    expect(state).toBe('pending');
    expect(waitMs).toBeGreaterThanOrEqual(1_000);
    const { attempts, nextAttemptAt } = await found();
    expect(attempts).toMatchObject([{ error }]);
    expect(nextAttemptAt).toBeGreaterThan(attempts[0]!.at);
  });

  it('puts on record that a secret cannot sign, and tries again', async () => {
    await add();
    await catalogue.webhookSecrets.put('default', { id: 'first', createdAt: 1, secret: 'whsec_by hand' });
    expect(await attempt()).toMatchObject({ state: 'pending' });
    expect(sent).toEqual([]);
    const [{ error } = {}] = (await found()).attempts;
    expect(error).toContain('could not be signed');
    expect(error).not.toContain('by hand');
  });

  it('does not count it as an attempt when the secrets cannot be read', async () => {
    await add();
    const down = new CodedError('CATALOGUE_UNAVAILABLE', 'The catalogue does not answer.');
    catalogue.webhookSecrets.list = () => Promise.reject(down);
    await expect(attempt()).rejects.toBe(down);
    expect((await found()).attempts).toEqual([]);
  });

  it.each([
    [410, 'The receiver answered 410.'],
    [
      new Error('lookup failed', { cause: new ForbiddenUrlError('inside is not at a public address.') }),
      'The address is not allowed: inside is not at a public address.',
    ],
  ])('gives up at once after %s', async (given, error) => {
    answer = given;
    await add();
    expect(await attempt()).toEqual({ state: 'failed' });
    expect(await found()).toMatchObject({ state: 'failed', attempts: [{ error }] });
  });

  it('gives up when the time for it is over, and not when it has been sent again', async () => {
    answer = 500;
    await add({ createdAt: Date.now() - 24 * HOUR_MS });
    expect(await attempt()).toEqual({ state: 'failed' });
    await catalogue.deliveries.sendAgain(ID, Date.now());
    expect(await attempt(1, 1)).toMatchObject({ state: 'pending' });
  });

  it('does not make an attempt that is on record', async () => {
    answer = 500;
    await add();
    const first = await attempt();
    const again = await attempt();
    expect(again.state).toBe('pending');
    expect(again.waitMs).toBeLessThanOrEqual(first.waitMs!);
    answer = 204;
    await attempt(2);
    expect(await attempt(2)).toEqual({ state: 'delivered' });
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['waits for a rebuild of the catalogue where it is not there', 23],
    ['gives it up when the time for it is over', 24],
  ])('%s', async (_, hoursAgo) => {
    const environment = quietEnvironment({ scheduledTimestampMs: Date.now() - hoursAgo * HOUR_MS - 1_000 });
    const tried = environment.run(() => attempt());
    if (hoursAgo < 24) await expect(tried).rejects.toMatchObject({ code: 'CATALOGUE_UNAVAILABLE' });
    else expect(await tried).toEqual({ state: 'failed' });
    expect(sent).toEqual([]);
  });

  it('leaves a delivery to the workflow that sends it again', async () => {
    await add();
    await catalogue.deliveries.sendAgain(ID, 1);
    expect(await attempt()).toEqual({ state: 'superseded' });
    expect(sent).toEqual([]);
  });

  it('does not tell progress of a job that has ended, unless somebody asks for it', async () => {
    const log = [event('JobSubmitted', 0, { request: request() }), ...happyLog().slice(1, 12)];
    const append = (events: typeof log, first = 0) =>
      catalogue.append(
        events.map((one, index) => ({ jobId: 'j', stream: 'job', sequence: first + index, event: one })),
      );
    await append(log);
    await add({ event: 'job.progress' });
    answer = 500;
    expect(await attempt(1)).toMatchObject({ state: 'pending' });
    await append([example('JobCancelled')], log.length);
    expect(await attempt(2)).toEqual({ state: 'skipped' });
    expect(sent).toHaveLength(1);
    expect(await found()).toMatchObject({ state: 'skipped', attempts: [{ status: 500 }] });
    await catalogue.deliveries.sendAgain(ID, Date.now());
    answer = 204;
    expect(await attempt(1, 1)).toEqual({ state: 'delivered' });
  });
});
