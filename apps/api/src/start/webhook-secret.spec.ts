import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeWebhookSecrets } from '@framefold/testing';
import { Webhook } from 'standardwebhooks';
import { keepFirstSecret } from './webhook-secret.ts';

let home: string;
beforeEach(async () => {
  home = join(await mkdtemp(join(tmpdir(), 'framefold-secret-')), 'home');
});
afterEach(() => rm(join(home, '..'), { recursive: true }));

const keep = async (configured?: string, secrets = new FakeWebhookSecrets()): Promise<FakeWebhookSecrets> => {
  await keepFirstSecret({ webhookSecret: configured, home }, secrets);
  return secrets;
};
const texts = async (secrets: FakeWebhookSecrets): Promise<string[]> =>
  (await secrets.list('default')).map(({ secret }) => secret);

describe('keepFirstSecret', () => {
  it('keeps the configured one, whose key is its bytes, also when it changes', async () => {
    const secrets = await keep('configured-secret');
    const [secret] = await texts(secrets);
    const signature = new Webhook('configured-secret', { format: 'raw' }).sign('id', new Date(0), 'body');
    expect(new Webhook(secret!).sign('id', new Date(0), 'body')).toBe(signature);
    await keep('another-configured-secret', secrets);
    expect(await texts(secrets)).toEqual([
      `whsec_${Buffer.from('another-configured-secret').toString('base64')}`,
    ]);
  });

  it('takes one that has the form of Standard Webhooks as it is', async () => {
    expect(await texts(await keep('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'))).toEqual([
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ]);
  });

  it('makes one that only its owner can read, and leaves the first one that there was', async () => {
    const secrets = await keep();
    const [made] = await texts(secrets);
    const kept = (await readFile(join(home, 'webhook-secret'), 'utf8')).trim();
    expect(made).toBe(`whsec_${Buffer.from(kept).toString('base64')}`);
    expect((await stat(join(home, 'webhook-secret'))).mode & 0o777).toBe(0o600);
    await writeFile(join(home, 'webhook-secret'), 'of another replica');
    expect(await texts(await keep(undefined, secrets))).toEqual([made]);
    expect(await texts(await keep())).toEqual([
      `whsec_${Buffer.from('of another replica').toString('base64')}`,
    ]);
  });
});
