import type { Server } from 'node:http';
import type { AccessStore } from '@framefold/platform';
import type { Answer } from '../testing/api-under-test.ts';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';

/** As docs/access.md has it: 100 requests a second with bursts of 200. */
const BURST = 200;

/** After that the catalogue is asked again. */
const TRUST_MS = 2_000;

const MADE_UP = `ff_${'0'.repeat(16)}_${'a'.repeat(43)}`;

let world: ApiWithKeys;
beforeAll(async () => {
  world = await startApiWithKeys({ FRAMEFOLD_RATE_LIMIT: '' });
});
afterAll(() => world.close());
// All buckets are full again.
beforeEach(() => void (world.api.now += 10_000));

/** How often each status is answered to so many requests at once. */
async function statuses(count: number, keyOf: (index: number) => string | undefined) {
  const sent = Array.from({ length: count }, (_, index) => world.send(keyOf(index), 'GET', '/api/jobs'));
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(sent)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
const withSecret = (key: string, index: number): string => key.slice(0, 20) + String(index).padStart(43, 'A');
const flood = () => statuses(BURST + 50, () => undefined);

/** Holds back what the catalogue says of keys when it is asked between this and {@link release} or {@link stop}. */
function hold(): { readonly asked: Promise<void>; stop(): void; release(): void } {
  const access = world.api.backends.access;
  let letGo = (): void => undefined;
  let tell = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const key: AccessStore['key'] = async (id) => {
    const found = await access.key(id);
    tell();
    await held;
    return found;
  };
  world.api.backends.access = new Proxy(access, {
    get(target, name) {
      const value: unknown = name === 'key' ? key : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const stop = (): void => void (world.api.backends.access = access);
  return {
    asked,
    stop,
    release() {
      stop();
      letGo();
    },
  };
}

describe('the limit of a key', () => {
  it('is its own from its first request on, beside others at its address', async () => {
    const keys = [await world.keyOf('one'), await world.keyOf('two')];
    const { release } = hold();
    let arrived = 0;
    const server: Server = world.api.app.getHttpServer();
    const count = (): void => {
      arrived += 1;
      if (arrived === 2 * BURST) release();
    };
    server.on('request', count);
    expect(await statuses(2 * BURST, (index) => keys[index % 2])).toEqual({ 200: 2 * BURST });
    server.off('request', count);
    for (const key of keys) expect(await statuses(1, () => key)).toEqual({ 429: 1 });
  });

  it('is not touched by what strangers at its address do, once it was seen', async () => {
    const key = await world.keyOf('one');
    expect(await statuses(1, () => key)).toEqual({ 200: 1 });
    world.api.now += TRUST_MS;
    // Its id is no secret: they may name it, too.
    expect(await statuses(10, (index) => withSecret(key, index))).toEqual({ 401: 10 });
    world.api.now += TRUST_MS;
    expect((await flood())[429]).toBeGreaterThan(0);
    expect(await statuses(BURST, () => key)).toEqual({ 200: BURST });
  });

  it('stays its own when the key is changed', async () => {
    const admin = await world.keyOf('default', ['admin']);
    const key = await world.keyOf('default');
    expect(await statuses(1, () => key)).toEqual({ 200: 1 });
    const path = `/api/keys/${key.split('_')[1]}/rotate`;
    expect((await world.send(admin, 'POST', path, { overlapSeconds: 60 })).status).toBe(201);
    await flood();
    expect(await statuses(1, () => key)).toEqual({ 200: 1 });
  });
});

describe('guesses', () => {
  it.each<[string, (key: string, index: number) => string]>([
    ['one made-up key', () => MADE_UP],
    ['made-up ids', (_, index) => `ff_${String(index).padStart(16, '0')}_${'a'.repeat(43)}`],
    ['secrets of a key that was seen', withSecret],
    ['secrets of a key, with its own among them', (key, index) => (index % 2 ? key : withSecret(key, index))],
  ])('of %s have the limit of their address', async (_, guess) => {
    const key = await world.keyOf('one');
    expect(await statuses(1, () => key)).toEqual({ 200: 1 });
    world.api.now += TRUST_MS;
    const counts = await statuses(2 * BURST + 50, (index) => guess(key, index));
    expect(counts[401] ?? 0).toBeLessThanOrEqual(BURST);
    expect(counts[429]).toBeGreaterThan(0);
  });

  it('of keys that were not seen yet are not looked up beyond it', async () => {
    const key = await world.keyOf('one');
    await flood();
    expect(await statuses(1, () => key)).toEqual({ 429: 1 });
  });
});

describe('a look-up that takes long', () => {
  it('does not let a key in that was revoked meanwhile', async () => {
    const admin = await world.keyOf('default', ['admin']);
    const key = await world.keyOf('default');
    expect(await statuses(1, () => admin)).toEqual({ 200: 1 });
    const { asked, stop, release } = hold();
    const before: Promise<Answer> = world.send(key, 'GET', '/api/jobs');
    await asked;
    stop();
    expect((await world.send(admin, 'DELETE', `/api/keys/${key.split('_')[1]}`)).status).toBe(200);
    expect(await statuses(1, () => key)).toEqual({ 401: 1 });
    world.api.now += TRUST_MS;
    release();
    await before;
    expect(await statuses(1, () => key)).toEqual({ 401: 1 });
  });
});
