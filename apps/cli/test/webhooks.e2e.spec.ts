import { pathToFileURL } from 'node:url';
import type { Delivery, JobWebhookEvent } from '@framefold/domain';
import { clipPath, framefold, startStack, until, type TestStack } from '@framefold/testing';
import { receiveWebhooks, verified, type ReceivedWebhook, type WebhookReceiver } from './webhook-receiver.ts';

const LIMIT_MS = 240_000;
const CLIP = pathToFileURL(clipPath('fragmented.mp4')).href;
const SECRET_TEXT = 'a secret of this test alone';
const SECRET = `whsec_${Buffer.from(SECRET_TEXT).toString('base64')}`;
const PUBLIC_URL = 'https://video.example/service';
const ALL: JobWebhookEvent[] = [
  ...(['job.queued', 'job.started', 'job.progress', 'rendition.ready'] as const),
  ...(['job.completed', 'job.failed', 'job.cancelled'] as const),
];

let stack: TestStack;
const receivers: WebhookReceiver[] = [];
beforeAll(async () => {
  // The receivers of these tests are on this machine.
  stack = await startStack({
    FRAMEFOLD_PRIVATE_NETWORKS: 'allow',
    FRAMEFOLD_WEBHOOK_SECRET: SECRET_TEXT,
    FRAMEFOLD_API_URL: PUBLIC_URL,
  });
}, LIMIT_MS);
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await stack?.stop();
});

async function aReceiver(...behaviour: Parameters<typeof receiveWebhooks>): Promise<WebhookReceiver> {
  const receiver = await receiveWebhooks(...behaviour);
  receivers.push(receiver);
  return receiver;
}

/** The environment of a command that finds the stack by another address than receivers of webhooks. */
const command = (): NodeJS.ProcessEnv => ({ ...stack.env, FRAMEFOLD_API_URL: stack.apiUrl });

async function api<T>(method: string, path: string): Promise<T> {
  const answer = await fetch(`${stack.apiUrl}${path}`, { method });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}.`);
  return (await answer.json()) as T;
}
const deliveriesOf = async (jobId: string): Promise<Delivery[]> =>
  (await api<{ deliveries: Delivery[] }>('GET', `/api/jobs/${jobId}/deliveries`)).deliveries;
const deliveredOf = (jobId: string): Promise<Delivery[]> =>
  until(async () => {
    const deliveries = await deliveriesOf(jobId);
    return deliveries.length > 0 && deliveries.every(({ state }) => state !== 'pending')
      ? deliveries
      : undefined;
  });

it(
  'tells every event of a job that is asked for, in order and signed, and what became of it',
  async () => {
    const receiver = await aReceiver();
    const webhookUrl = `${receiver.origin}/all`;
    const jobId = await stack.submit({ sourceUrl: CLIP, webhookUrl, webhookEvents: ALL });
    expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
    const deliveries = await deliveredOf(jobId);

    const bodies = receiver.received.map((one) => verified(one, SECRET));
    const inOrder = bodies.toSorted((a, b) => Number(a.sequence) - Number(b.sequence));
    const types = inOrder.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['job.queued', 'job.started']);
    expect(types.at(-1)).toBe('job.completed');
    expect(types.filter((type) => type === 'rendition.ready').length).toBeGreaterThan(1);
    const percents = inOrder.flatMap(({ percent }) => (percent === undefined ? [] : [Number(percent)]));
    expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(bodies.length);
    expect(new Set(inOrder.map(({ sequence }) => sequence)).size).toBe(bodies.length);

    const sent = deliveries.filter(({ state }) => state === 'delivered');
    expect(sent.map(({ event }) => event)).toEqual(types);
    expect(deliveries.filter(({ state }) => state === 'skipped').every(isProgress)).toBe(true);
    // Who is told of the end finds the record of the job.
    const { outputBaseUrl } = inOrder.at(-1) as { outputBaseUrl: string };
    expect(outputBaseUrl).toBe(`${PUBLIC_URL}/media/${jobId}`);
    expect((await fetch(`${stack.apiUrl}/media/${jobId}/job.json`)).status).toBe(200);
  },
  LIMIT_MS,
);

const isProgress = ({ event }: Delivery): boolean => event === 'job.progress';

describe('a receiver that refuses, redirects and is slow before it accepts', () => {
  let receiver: WebhookReceiver;
  let elsewhere: WebhookReceiver;
  let delivery: Delivery;
  let jobId: string;
  beforeAll(async () => {
    elsewhere = await aReceiver();
    receiver = await aReceiver((count, response) => {
      const answers = [500, 503, 404, 302];
      const status = answers[count - 1];
      if (status === 302) response.writeHead(status, { location: `${elsewhere.origin}/stolen` }).end();
      else if (status !== undefined) response.writeHead(status).end();
      // The fifth request gets no answer.
      else if (count > 5) response.writeHead(204).end();
    });
    jobId = await stack.submit({ sourceUrl: CLIP, webhookUrl: `${receiver.origin}/hook` });
    await stack.follow(jobId);
    [delivery] = (await deliveredOf(jobId)) as [Delivery];
  }, LIMIT_MS);

  const same = (pick: (one: ReceivedWebhook) => unknown): number => new Set(receiver.received.map(pick)).size;

  it('gets the same webhook again and again, freshly signed, until it accepts', () => {
    expect(receiver.received.length).toBe(6);
    expect(same(({ body }) => body)).toBe(1);
    expect(same(({ headers }) => headers['webhook-id'])).toBe(1);
    for (const one of receiver.received) {
      expect(verified(one, SECRET)).toMatchObject({ type: 'job.completed', jobId, status: 'completed' });
    }
    expect(elsewhere.received).toEqual([]);
  });

  it('leaves a record of every attempt', () => {
    expect(delivery).toMatchObject({
      state: 'delivered',
      event: 'job.completed',
      url: `${receiver.origin}/hook`,
    });
    expect(delivery.attempts.map(({ status }) => status)).toEqual([500, 503, 404, 302, undefined, 204]);
    expect(delivery.attempts.map(({ error }) => error)).toEqual([
      'The receiver answered 500.',
      'The receiver answered 503.',
      'The receiver answered 404.',
      'The receiver answered 302; redirects are not followed.',
      'No answer came: ETIMEDOUT',
      undefined,
    ]);
    const times = delivery.attempts.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('gets it once more by the command, signed by the old secret and a new one', async () => {
    const before = receiver.received.length;
    const { secret } = await api<{ secret: string }>('POST', '/api/webhook-secrets');
    const { secrets } = await api<{ secrets: { id: string; signsUntil?: number }[] }>(
      'GET',
      '/api/webhook-secrets',
    );
    expect(secrets.map(({ signsUntil }) => typeof signsUntil)).toEqual(['undefined', 'number']);
    expect(JSON.stringify(secrets)).not.toContain('whsec_');

    expect(await framefold(['deliveries', 'send-again', delivery.id], command())).toMatchObject({
      exitCode: 0,
    });
    const last = await until(async () => receiver.received[before]);
    expect(verified(last, secret)).toEqual(verified(last, SECRET));
    expect(last.headers['webhook-id']).toBe(delivery.id);
    expect(last.body).toBe(receiver.received[0]?.body);

    await until(async () => (await deliveriesOf(jobId))[0]?.attempts[6]);
    const listed = await framefold(['deliveries', jobId], command());
    expect(listed.stdout).toMatch(new RegExp(`^${delivery.id} +job.completed +delivered +7$`, 'm'));
  });
});

it(
  'loses no webhook when the control process is killed while it is delivered',
  async () => {
    let killed: Promise<unknown> | undefined;
    const receiver = await aReceiver((count, response) => {
      // The first request is never answered: its sender dies.
      if (count > 1) return void response.writeHead(200).end();
      killed = stack.pid('control').then((pid) => process.kill(pid, 'SIGKILL'));
    });
    const jobId = await stack.submit({ sourceUrl: CLIP, webhookUrl: receiver.origin });
    await until(async () => killed);
    await until(async () => receiver.received[1]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    const [delivery] = await until(async () => await deliveredOf(jobId).catch(() => undefined));
    expect(delivery).toMatchObject({ state: 'delivered' });
  },
  LIMIT_MS,
);

it('refuses a webhook to an address that is never reached', async () => {
  const webhookUrl = 'http://[::ffff:169.254.169.254]/latest/meta-data/';
  await expect(stack.submit({ sourceUrl: CLIP, webhookUrl })).rejects.toThrow(
    /VALIDATION_FAILED.*webhookUrl/,
  );
});
