import { actsForAll, type Scope } from '@framefold/domain';
import { happyLog } from '@framefold/domain/testing';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';

const DAY_MS = 86_400_000;

let world: ApiWithKeys;
let admin: string;
beforeAll(async () => {
  world = await startApiWithKeys();
  admin = await world.keyOf('default', ['admin']);
});
afterAll(() => world.close());

const status = async (key: string | undefined, method = 'GET', path = '/api/jobs', body?: unknown) =>
  (await world.send(key, method, path, body)).status;

describe('a request', () => {
  it('needs a key', async () => {
    const answer = await world.send(undefined, 'GET', '/api/jobs');
    expect(answer).toMatchObject({ status: 401, json: { code: 'KEY_REQUIRED' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['of no form', () => 'nonsense'],
    ['of an unknown id', () => `ff_${'0'.repeat(16)}_${'a'.repeat(43)}`],
    ['with the secret of another', (key: string) => key.slice(0, 20) + 'A'.repeat(43)],
  ])('is refused with a key %s', async (_, spoil) => {
    const key = spoil(await world.keyOf('default'));
    const answer = await world.send(key, 'GET', '/api/jobs');
    expect(answer).toMatchObject({ status: 401, json: { code: 'KEY_INVALID' } });
    expect(answer.headers['www-authenticate']).toContain('invalid_token');
  });

  it('is refused with the wrong secret also when the right one was just seen', async () => {
    const key = await world.keyOf('default');
    expect(await status(key)).toBe(200);
    expect(await status(`${key.slice(0, 20)}${'A'.repeat(43)}`)).toBe(401);
  });

  it.each(['Basic YTpi', 'Bearer', 'bearer  '])(
    'is refused with Authorization: %s',
    async (authorization) => {
      const answer = await world.api.send('GET', '/api/jobs', { headers: { authorization } });
      expect(answer.json.code).toBe('KEY_REQUIRED');
    },
  );

  it('needs none to ask for health, even with a wrong one, or for pages and the description', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs/', '/play/assets/play.js'])
      expect(await status(undefined, 'GET', path)).toBe(200);
    expect(await status('ff_wrong', 'GET', '/healthz')).toBe(200);
    expect(await status(undefined, 'GET', '/metrics')).toBe(401);
  });

  it.each<[Scope[], [number, number, number, number]]>([
    [['read'], [200, 403, 403, 403]],
    [['submit'], [403, 400, 403, 403]],
    [['operate'], [403, 403, 404, 403]],
    [['admin'], [200, 400, 404, 200]],
    [
      ['submit', 'read', 'operate'],
      [200, 400, 404, 403],
    ],
  ])('with scopes %j: list, submit, cancel, keys: %j', async (scopes, expected) => {
    const key = await world.keyOf('scoped', scopes);
    expect([
      await status(key),
      await status(key, 'POST', '/api/transcode', {}),
      await status(key, 'DELETE', '/api/jobs/01936b2e-0000-7000-8000-000000000000'),
      await status(key, 'GET', '/api/keys'),
    ]).toEqual(expected);
  });

  it('names the scope that is missing', async () => {
    const answer = await world.send(await world.keyOf('scoped', ['read']), 'POST', '/api/transcode', {});
    expect(answer.json).toMatchObject({ code: 'SCOPE_MISSING', detail: 'The key has no scope submit.' });
  });

  it('about the installation needs a key of the default tenant', async () => {
    const stranger = await world.keyOf('stranger', ['admin']);
    const reader = await world.keyOf('default', ['read']);
    for (const path of ['/api/workers', '/metrics', '/api/tenants', '/api/tenants/stranger']) {
      expect(await status(stranger, 'GET', path)).toBe(403);
      expect(await status(admin, 'GET', path)).toBe(200);
      expect(await status(reader, 'GET', path)).toBe(path.includes('tenants') ? 403 : 200);
    }
    expect(await status(stranger, 'POST', '/api/tenants', { id: 'mine' })).toBe(403);
    expect(await status(stranger, 'PUT', '/api/tenants/stranger', { quotas: {} })).toBe(403);
  });
});

describe('keys', () => {
  it('are made with a secret that is shown once, and say what they were used for last', async () => {
    const made = await world.send(admin, 'POST', '/api/keys', {
      name: 'uploader',
      scopes: ['submit', 'read', 'submit'],
    });
    expect(made).toMatchObject({
      status: 201,
      json: { name: 'uploader', scopes: ['submit', 'read'], tenantId: 'default' },
    });
    expect(made.headers['cache-control']).toBe('no-store');
    const { key, id } = made.json;
    expect(await status(key)).toBe(200);
    const listed = await world.send(admin, 'GET', '/api/keys');
    expect(listed.json.keys).toContainEqual(
      expect.objectContaining({ id, name: 'uploader', lastUsedAt: world.api.now }),
    );
    expect(listed.text).not.toContain(key.split('_')[2]);
    expect(listed.text).not.toMatch(/secret|hash/i);
  });

  it.each([
    [{ name: '', scopes: ['read'] }, 'name'],
    [{ name: 'a', scopes: [] }, 'scopes'],
    [{ name: 'a', scopes: ['write'] }, 'scopes.0'],
    [{ name: 'a', scopes: ['read'], expiresAt: 5 }, 'expiresAt'],
    [{ name: 'a', scopes: ['read'], expiresAt: Number.MAX_SAFE_INTEGER }, 'expiresAt'],
    [{ name: 'a', scopes: ['read'], tenantId: 'other' }, 'tenantId'],
  ])('are not made of %j', async (body, path) => {
    const answer = await world.send(admin, 'POST', '/api/keys', body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'VALIDATION_FAILED', errors: [{ path }] } });
  });

  it('end at their time', async () => {
    const { json } = await world.send(admin, 'POST', '/api/keys', {
      name: 'short',
      scopes: ['read'],
      expiresAt: world.api.now + 1000,
    });
    expect(await status(json.key)).toBe(200);
    world.api.now += 1000;
    expect(await status(json.key)).toBe(401);
  });

  it('end at once when they are revoked', async () => {
    const key = await world.keyOf('default');
    const id = key.split('_')[1]!;
    expect(await status(key)).toBe(200);
    const answer = await world.send(admin, 'DELETE', `/api/keys/${id}`);
    expect(answer).toMatchObject({ status: 200, json: { id, revokedAt: world.api.now } });
    expect(await status(key)).toBe(401);
    expect(await status(admin, 'POST', `/api/keys/${id}/rotate`, {})).toBe(409);
  });

  it('revoked by another process end within seconds', async () => {
    const key = await world.keyOf('default');
    expect(await status(key)).toBe(200);
    await world.api.catalogue.access.revokeKey('default', key.split('_')[1]!, world.api.now);
    expect(await status(key)).toBe(200);
    world.api.now += 2000;
    expect(await status(key)).toBe(401);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['are revoked', (id) => world.send(admin, 'DELETE', `/api/keys/${id}`)],
    [
      'another process revoked',
      async (id) => {
        await world.api.catalogue.access.revokeKey('default', id, world.api.now);
        world.api.now += 2000;
      },
    ],
    ['have expired', async () => (world.api.now += DAY_MS)],
  ])('that %s take their streams with them', async (_, end) => {
    const jobId = await world.api.jobWith(happyLog().slice(0, 9));
    const path = `/api/jobs/${jobId}/events`;
    const expiresAt = world.api.now + DAY_MS;
    const { json } = await world.send(admin, 'POST', '/api/keys', {
      name: 'watcher',
      scopes: ['read'],
      expiresAt,
    });
    const authorization = `Bearer ${json.key}`;
    const url = `http://127.0.0.1:${world.api.port}${path}`;
    const { body } = await fetch(url, { headers: { authorization } });
    let text = '';
    for await (const part of body!.pipeThrough(new TextDecoderStream())) {
      if (text === '') await end(json.id);
      text += part;
    }
    // It ends well, but does not say that the job has.
    expect(text).toContain('JobSubmitted');
    expect(text).not.toContain('event: end');
    expect((await world.send(json.key, 'GET', path)).json.code).toBe('KEY_INVALID');
  });

  it('are rotated without a gap: both work, then the new one alone', async () => {
    const { json: old } = await world.send(admin, 'POST', '/api/keys', {
      name: 'ingest',
      scopes: ['submit', 'read'],
      expiresAt: world.api.now + 10 * DAY_MS,
    });
    expect(await status(old.key)).toBe(200);
    const rotated = await world.send(admin, 'POST', `/api/keys/${old.id}/rotate`, { overlapSeconds: 60 });
    expect(rotated).toMatchObject({
      status: 201,
      json: { name: 'ingest', scopes: ['submit', 'read'], expiresAt: world.api.now + 10 * DAY_MS },
    });
    expect([await status(old.key), await status(rotated.json.key)]).toEqual([200, 200]);
    world.api.now += 60_000;
    expect([await status(old.key), await status(rotated.json.key)]).toEqual([401, 200]);
  });

  it('are of one tenant: its admin sees and makes its own alone', async () => {
    const own = await world.keyOf('house', ['admin']);
    const other = (await world.keyOf('neighbour')).split('_')[1]!;
    const made = await world.send(own, 'POST', '/api/keys', { name: 'n', scopes: ['admin'] });
    expect(made.json.tenantId).toBe('house');
    expect(actsForAll(made.json)).toBe(false);
    const { keys } = (await world.send(own, 'GET', '/api/keys')).json;
    expect(keys.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual(['house', 'house']);
    for (const [method, path, body] of [
      ['DELETE', `/api/keys/${other}`, undefined],
      ['POST', `/api/keys/${other}/rotate`, {}],
    ] as const) {
      expect(await world.send(own, method, path, body)).toMatchObject({
        status: 404,
        json: { code: 'KEY_NOT_FOUND' },
      });
    }
    expect(await world.send(own, 'GET', '/api/keys?tenant=neighbour')).toMatchObject({
      status: 404,
      json: { code: 'TENANT_NOT_FOUND' },
    });
    expect(await status(own, 'GET', '/api/keys?tenant=house')).toBe(200);
    const bySuper = await world.send(admin, 'GET', '/api/keys?tenant=neighbour');
    expect(bySuper.json.keys).toMatchObject([{ id: other }]);
    expect(await status(admin, 'GET', '/api/keys?tenant=nobody')).toBe(404);
    expect(await status(admin, 'GET', '/api/keys?tenant=a&tenant=b')).toBe(400);
  });
});

describe('tenants', () => {
  it('are made, listed and changed by the operator', async () => {
    const made = await world.send(admin, 'POST', '/api/tenants', { id: 'studio', weight: 3 });
    expect(made).toMatchObject({ status: 201, json: { id: 'studio', weight: 3, priorityCeiling: 4 } });
    expect((await world.send(admin, 'POST', '/api/tenants', { id: 'studio' })).json.code).toBe(
      'TENANT_EXISTS',
    );
    const quotas = { concurrentJobs: 2 };
    const set = await world.send(admin, 'PUT', '/api/tenants/studio', { quotas, priorityCeiling: 1 });
    expect(set).toMatchObject({ status: 200, json: { weight: 1, quotas, priorityCeiling: 1 } });
    expect((await world.send(admin, 'GET', '/api/tenants/studio')).json).toEqual(set.json);
    const { tenants } = (await world.send(admin, 'GET', '/api/tenants')).json;
    expect(tenants.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['default', 'studio']),
    );
  });

  it.each([
    ['POST', '/api/tenants', { id: 'No Name' }, 400],
    ['POST', '/api/tenants', { id: 'a', weight: 0 }, 400],
    ['PUT', '/api/tenants/nobody', {}, 404],
    ['GET', '/api/tenants/nobody', undefined, 404],
  ])('%s %s %j: %d', async (method, path, body, expected) => {
    expect(await status(admin, method, path, body)).toBe(expected);
  });
});
