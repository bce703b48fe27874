import { connect, type Socket } from 'node:net';
import { until } from '@framefold/testing';
import { startApiWithKeys, type ApiWithKeys } from '../testing/api-with-keys.ts';
import { ReadBody } from './read-body.ts';

const MANIFEST = JSON.stringify({ jobs: [{ sourceUrl: 'https://media.example/a.mp4' }] });

let world: ApiWithKeys;
beforeAll(async () => {
  world = await startApiWithKeys();
});
afterAll(() => world.close());

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Begins a request whose body does not come; gives what is answered, and the connection for the rest. */
function begin(path: string, key: string | undefined, length = MANIFEST.length) {
  const socket = connect(world.api.port, '127.0.0.1');
  sockets.push(socket);
  socket.write(
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${world.api.port}`,
      ...(key === undefined ? [] : [`Authorization: Bearer ${key}`]),
      'Content-Type: application/json',
      `Content-Length: ${length}\r\n\r\n`,
    ].join('\r\n'),
  );
  const answer = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))));
  return { socket, answer };
}

describe('a body', () => {
  it('is not waited for where its sender may not send it', async () => {
    const reader = await world.keyOf('acme', ['read']);
    for (const path of ['/api/batches', '/api/transcode']) {
      expect(await begin(path, undefined, 30_000_000).answer).toMatch(/^HTTP\/1.1 401 [^]*KEY_REQUIRED/);
      expect(await begin(path, reader, 30_000_000).answer).toMatch(/^HTTP\/1.1 403 [^]*SCOPE_MISSING/);
    }
    expect(await begin('/api/batches/nothing', reader, 30_000_000).answer).toMatch(/^HTTP\/1.1 405 /);
  });

  it('has to be there in time', async () => {
    const reading = world.api.app.get(ReadBody);
    const limit = reading.limitMs;
    reading.limitMs = 50;
    try {
      const answer = await begin('/api/transcode', await world.keyOf('acme')).answer;
      expect(answer).toMatch(/^HTTP\/1.1 408 [^]*BODY_STALLED/);
      expect(answer).toMatch(/\r\nConnection: close\r\n/i);
    } finally {
      reading.limitMs = limit;
    }
  });

  it('of a batch is one of four of a tenant at a time', async () => {
    const key = await world.keyOf('acme');
    const send = async (sender: string) =>
      (await world.send(sender, 'POST', '/api/batches', JSON.parse(MANIFEST))).status;
    const held = new Set(Array.from({ length: 7 }, () => begin('/api/batches', key)));
    for (const one of held)
      void one.answer.then((text) => text.startsWith('HTTP/1.1 429 ') && held.delete(one));
    await until(async () => held.size === 4);
    const refused = await world.send(key, 'POST', '/api/batches', JSON.parse(MANIFEST));
    expect(refused).toMatchObject({
      status: 429,
      json: { code: 'RATE_LIMITED' },
      headers: { 'retry-after': '1' },
    });
    // Others, and other requests of the tenant, go on.
    expect(await send(await world.keyOf('other'))).toBe(201);
    expect((await world.send(key, 'GET', '/api/batches')).status).toBe(200);
    const [brokenOff, ...others] = held;
    for (const { socket, answer } of others) {
      socket.write(MANIFEST);
      expect(await answer).toMatch(/^HTTP\/1.1 201 /);
    }
    brokenOff?.socket.destroy();
    await until(async () =>
      (await Promise.all([1, 2, 3, 4].map(() => send(key)))).every((one) => one === 201),
    );
  });
});
