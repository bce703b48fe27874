import { readFile, rm } from 'node:fs/promises';
import https from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { clipPath, framefold, startStack, type TestStack } from '@framefold/testing';

const LIMIT_MS = 180_000;

/** An address of this machine that others could reach, if it has one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

const EXPOSED = {
  FRAMEFOLD_LISTEN: '0.0.0.0',
  FRAMEFOLD_KEYS: 'required',
  FRAMEFOLD_TLS_CERT: 'generated',
  FRAMEFOLD_ALLOWED_HOSTS: outside ?? '',
};

describe('a stack that others can reach', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack(EXPOSED);
  });
  afterAll(() => stack?.stop());

  const port = (): string => new URL(stack.apiUrl).port;
  const command = (args: readonly string[], env: Record<string, string> = {}) =>
    framefold(args, { ...stack.env, ...env });
  const ask = async (host: string, path: string, key?: string): Promise<number> => {
    const ca = await readFile(join(stack.home, 'tls/certificate.pem'));
    return await new Promise((resolve, reject) => {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
      https
        .get(`https://${host}:${port()}${path}`, { ca, agent: false, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
        .on('error', reject);
    });
  };

  it('answers by TLS, and nobody without a key', async () => {
    for (const host of ['127.0.0.1', ...(outside === undefined ? [] : [outside])]) {
      expect(await ask(host, '/healthz')).toBe(200);
      expect(await ask(host, '/api/jobs')).toBe(401);
      expect(await ask(host, '/metrics')).toBe(401);
    }
    await expect(fetch(`${stack.apiUrl}/healthz`)).rejects.toThrow();
  });

  it(
    'gives its operator the first key, and serves a tenant with a key of its own',
    async () => {
      const admin = await command(['keys', 'create', '--admin']);
      expect(admin).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ff_\S+\n$/) });
      const asAdmin = { FRAMEFOLD_API_KEY: admin.stdout.trim() };
      await command(['tenants', 'create', 'acme', '--concurrent-jobs', '1'], asAdmin);
      const made = await command(['keys', 'create', '--tenant', 'acme'], asAdmin);
      const asAcme = { FRAMEFOLD_API_KEY: made.stdout.trim() };

      const output = join(stack.home, 'fetched');
      const options = ['--ladder', '360p', '--output', output, '--json'];
      const done = await command(['transcode', clipPath('portrait.mp4'), ...options], asAcme);
      expect(done.stderr).not.toContain('Hint');
      expect(done.exitCode).toBe(0);
      const job = JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '') as { id: string };
      expect(job).toMatchObject({ status: 'completed', tenantId: 'acme' });
      await rm(output, { recursive: true });
      // It was uploaded: the machine's files are not for tenants, whatever the command believes.
      const byName = await command(['transcode', clipPath('portrait.mp4'), ...options], {
        ...asAcme,
        FRAMEFOLD_FILE_ROOTS: '/',
      });
      expect(byName).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('outside of the folders'),
      });

      const path = `/api/jobs/${job.id}`;
      expect(await ask('127.0.0.1', path, asAcme.FRAMEFOLD_API_KEY)).toBe(200);
      expect(await ask('127.0.0.1', path, asAdmin.FRAMEFOLD_API_KEY)).toBe(404);
      expect(await ask('127.0.0.1', `${path}?tenant=acme`, asAdmin.FRAMEFOLD_API_KEY)).toBe(200);
      const denied = await command(['tenants', 'list'], asAcme);
      expect(denied).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SCOPE_MISSING') });
    },
    LIMIT_MS,
  );

  it(
    'rotates a key while it is in use, without a request that fails',
    async () => {
      const { stdout } = await command(['keys', 'create', '--scope', 'read']);
      let key = stdout.trim();
      const seen: number[] = [];
      let stop = false;
      const reading = (async () => {
        while (!stop) {
          seen.push(await ask('127.0.0.1', '/api/jobs', key));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      const rotated = await command(['keys', 'rotate', key.split('_')[1] ?? '', '--overlap', '600']);
      const [old, fresh] = [key, rotated.stdout.trim()];
      key = fresh;
      await command(['keys', 'revoke', old.split('_')[1] ?? '']);
      stop = true;
      await reading;
      expect(new Set(seen)).toEqual(new Set([200]));
      expect(await ask('127.0.0.1', '/api/jobs', old)).toBe(401);
      expect(await ask('127.0.0.1', '/api/jobs', fresh)).toBe(200);
    },
    LIMIT_MS,
  );

  it('is refused without keys, or without TLS and proxy', async () => {
    const open = await command(['up'], { FRAMEFOLD_KEYS: '' });
    expect(open).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs API keys') });
    const plain = await command(['up'], { FRAMEFOLD_TLS_CERT: '' });
    expect(plain).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs TLS') });
  });
});
