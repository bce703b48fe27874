import { connect, type Socket } from 'node:net';
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
    const four = [1, 2, 3, 4].map(() => begin('/api/batches', key));
    // Requests of others, and others of the tenant, go on.
    const other = await world.keyOf('other');
    const send = (sender: string) => world.send(sender, 'POST', '/api/batches', JSON.parse(MANIFEST));
    let answer = await send(key);
    while (answer.status !== 429) answer = await send(key);
    expect(answer).toMatchObject({ json: { code: 'RATE_LIMITED' }, headers: { 'retry-after': '1' } });
    expect((await send(other)).status).toBe(201);
    expect((await world.send(key, 'GET', '/api/batches')).status).toBe(200);
    for (const { socket, answer: own } of four) {
      socket.write(MANIFEST);
      expect(await own).toMatch(/^HTTP\/1.1 201 /);
    }
    expect((await send(key)).status).toBe(201);
    // One that is broken off counts no longer.
    for (const { socket } of [1, 2, 3, 4].map(() => begin('/api/batches', key))) socket.destroy();
    answer = await send(key);
    while (answer.status === 429) answer = await send(key);
    expect(answer.status).toBe(201);
  });
});
