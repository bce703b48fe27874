import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webhookSecret } from './webhook-secret.ts';

let home: string;
beforeEach(async () => {
  home = join(await mkdtemp(join(tmpdir(), 'framefold-secret-')), 'home');
});
afterEach(() => rm(join(home, '..'), { recursive: true }));

describe('webhookSecret', () => {
  it('is the configured one', async () => {
    expect(await webhookSecret({ webhookSecret: 'configured-secret', home })).toBe('configured-secret');
  });

  it('is made once and only its owner can read it', async () => {
    const made = await webhookSecret({ webhookSecret: undefined, home });
    expect(made).toMatch(/^[\w-]{43}$/);
    expect(await webhookSecret({ webhookSecret: undefined, home })).toBe(made);
    expect((await stat(join(home, 'webhook-secret'))).mode & 0o777).toBe(0o600);
  });
});
