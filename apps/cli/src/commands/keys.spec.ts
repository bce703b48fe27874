import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { loadConfig } from '@framefold/config';
import type { Io } from '../io.ts';
import { run } from '../program.ts';

const KEY = { id: 'aa', tenantId: 'default', name: 'n', scopes: ['read'], createdAt: 0 };
const TENANT = { id: 'acme', weight: 2, priorityCeiling: 4, quotas: { concurrentJobs: 3 }, createdAt: 0 };

let server: Server;
let calls: { route: string; body: unknown; authorization: string | undefined }[];
let said: { stdout: string; stderr: string };
let answers: Record<string, unknown>;

beforeEach(async () => {
  calls = [];
  said = { stdout: '', stderr: '' };
  answers = {};
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const route = `${request.method ?? ''} ${request.url ?? ''}`;
      const { authorization } = request.headers;
      calls.push({ route, body: body === '' ? undefined : JSON.parse(body), authorization });
      response.setHeader('connection', 'close').end(JSON.stringify(answers[route] ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function command(...argv: string[]): Promise<number> {
  const config = loadConfig({ FRAMEFOLD_API_KEY: 'ff_environment' });
  const { port } = server.address() as AddressInfo;
  return run(argv, {
    stdout: { write: (part) => (said.stdout += part) },
    stderr: { write: (part) => (said.stderr += part) },
    loadConfig: () => ({ ...config, api: { ...config.api, url: `http://127.0.0.1:${port}` } }),
  } as Io);
}

describe('framefold keys', () => {
  it('makes a key and prints it alone', async () => {
    answers['POST /api/keys'] = { ...KEY, key: 'ff_aa_secret' };
    expect(await command('keys', 'create')).toBe(0);
    expect(said).toEqual({
      stdout: 'ff_aa_secret\n',
      stderr: 'Key aa of default: read. It is shown this once:\n',
    });
    expect(calls[0]?.body).toEqual({
      name: 'submit, read, operate',
      scopes: ['submit', 'read', 'operate'],
    });
  });

  it.each([
    [['--admin'], { name: 'admin', scopes: ['admin'] }],
    [['--scope', 'read', 'submit', '--name', 'ci'], { name: 'ci', scopes: ['read', 'submit'] }],
    [['--scope', 'read', '--days', '2'], { scopes: ['read'], expiresAt: expect.any(Number) }],
  ])('makes one with %j', async (options, body) => {
    answers['POST /api/keys'] = { ...KEY, key: 'ff_aa_secret' };
    expect(await command('keys', 'create', '--json', ...options)).toBe(0);
    expect(calls[0]?.body).toMatchObject(body);
    expect(JSON.parse(said.stdout)).toMatchObject({ key: 'ff_aa_secret' });
  });

  it('does not know other scopes', async () => {
    expect(await command('keys', 'create', '--scope', 'write')).toBe(2);
    expect(calls).toEqual([]);
  });

  it('lists them', async () => {
    const keys = [
      KEY,
      { ...KEY, id: 'bb', revokedAt: 5 },
      { ...KEY, id: 'cc', expiresAt: 5, lastUsedAt: Date.UTC(2026, 10, 30, 12) },
    ];
    answers['GET /api/keys'] = { keys };
    expect(await command('keys', 'list')).toBe(0);
    expect(said.stdout.split('\n')).toEqual([
      'KEY  SCOPES  CREATED           USED              ENDS     NAME',
      'aa   read    1970-01-01 00:00  -                 -        n',
      'bb   read    1970-01-01 00:00  -                 revoked  n',
      'cc   read    1970-01-01 00:00  2026-11-30 12:00  expired  n',
      '',
    ]);
  });

  it('rotates and revokes one', async () => {
    answers['POST /api/keys/aa/rotate'] = { ...KEY, id: 'bb', key: 'ff_bb_secret' };
    answers['DELETE /api/keys/aa'] = { ...KEY, revokedAt: 5 };
    expect(await command('keys', 'rotate', 'aa', '--overlap', '60')).toBe(0);
    expect(calls[0]?.body).toEqual({ overlapSeconds: 60 });
    expect(await command('keys', 'rotate', 'aa')).toBe(0);
    expect(calls[1]?.body).toEqual({});
    expect(await command('keys', 'revoke', 'aa')).toBe(0);
    expect(said.stdout).toBe('ff_bb_secret\nff_bb_secret\nKey aa is revoked.\n');
  });

  it('shows the key that is named, and says which tenant it is about', async () => {
    answers['GET /api/keys?tenant=acme'] = { keys: [] };
    expect(await command('keys', 'list', '--tenant', 'acme', '--api-key', 'ff_named')).toBe(0);
    expect(await command('--tenant', 'acme', 'keys', 'list')).toBe(0);
    expect(calls.map(({ authorization }) => authorization)).toEqual([
      'Bearer ff_named',
      'Bearer ff_environment',
    ]);
    expect(said.stdout).toBe('No keys.\nNo keys.\n');
  });
});

describe('framefold tenants', () => {
  it('makes and lists them', async () => {
    answers['POST /api/tenants'] = TENANT;
    answers['GET /api/tenants'] = { tenants: [TENANT] };
    expect(await command('tenants', 'create', 'acme', '--weight', '2', '--concurrent-jobs', '3')).toBe(0);
    expect(calls[0]?.body).toEqual({ id: 'acme', weight: 2, quotas: { concurrentJobs: 3 } });
    expect(await command('tenants', 'list')).toBe(0);
    const table =
      'TENANT  WEIGHT  CEILING  JOBS  MINUTES/DAY  BYTES  TITLE\nacme    2       4        3     -            -\n';
    expect(said.stdout).toBe(table + table);
  });

  it('changes what is named and leaves the rest', async () => {
    answers['GET /api/tenants/acme'] = TENANT;
    answers['PUT /api/tenants/acme'] = TENANT;
    expect(await command('tenants', 'set', 'acme', '--minutes-per-day', '10.5')).toBe(0);
    expect(calls[1]?.body).toEqual({
      weight: 2,
      priorityCeiling: 4,
      quotas: { concurrentJobs: 3, minutesPerDay: 10.5 },
    });
  });
});
