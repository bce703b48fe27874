import type { ServerResponse } from 'node:http';
import type { JobMessage } from './follow-job.ts';
import { FramefoldClient } from './framefold-client.ts';
import {
  type Answering,
  json,
  type ScriptedServer,
  silence,
  startServer,
} from './testing/scripted-server.ts';

const { jest } = import.meta;

let server: ScriptedServer;
afterEach(() => server.close());

async function clientOf(...script: [Answering, ...Answering[]]): Promise<FramefoldClient> {
  server = await startServer(...script);
  return new FramefoldClient({ baseUrl: server.url, patienceMs: 2000 });
}

const logged = (position: number): object => ({
  position,
  type: 'ChunkEncoded',
  at: 1,
  data: { text: 'größer' },
});
const event = (position: number): string => `id: ${position}\ndata: ${JSON.stringify(logged(position))}\n\n`;
const progress =
  'event: progress\ndata: {"status":"transcoding","paused":false,"progress":{"percent":5}}\n\n';
const end = 'event: end\ndata: {"status":"completed"}\n\n';

const opened = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });
/** Sends these messages and ends the stream. */
const stream =
  (...messages: string[]): Answering =>
  (response) =>
    opened(response).end(messages.join(''));
/** Sends these messages and breaks the connection in the middle of the next one. */
const broken =
  (...messages: string[]): Answering =>
  (response) =>
    opened(response).write(`${messages.join('')}id: 99\ndata: {"position`, () => response.destroy());
const nothingMore: Answering = (response) => response.writeHead(204).end();

async function all(messages: AsyncIterable<JobMessage>): Promise<unknown[]> {
  const seen = [];
  for await (const message of messages)
    seen.push(message.kind === 'event' ? message.event.position : message.kind);
  return seen;
}
const lastIds = (): unknown[] => server.asked.map(({ headers }) => headers['last-event-id']);

describe('following a job', () => {
  it('gives its log, its progress and its end', async () => {
    const client = await clientOf(stream(event(0), ': keep-alive\n\n', progress, event(1), end));
    const messages: JobMessage[] = [];
    for await (const message of client.jobs.follow('j')) messages.push(message);
    expect(messages).toEqual([
      { kind: 'event', event: logged(0) },
      { kind: 'progress', status: 'transcoding', paused: false, progress: { percent: 5 } },
      { kind: 'event', event: logged(1) },
      { kind: 'end', status: 'completed' },
    ]);
    expect(server.asked).toMatchObject([
      { method: 'GET', url: '/api/jobs/j/events', headers: { accept: 'text/event-stream' } },
    ]);
  });

  it('goes on behind the last event when the connection breaks, and gives none twice', async () => {
    const client = await clientOf(
      broken(event(0), event(1), progress),
      silence,
      json(503, {}),
      stream(event(2), progress),
      stream(event(3), end),
    );
    expect(await all(client.jobs.follow('j'))).toEqual([0, 1, 'progress', 2, 'progress', 3, 'end']);
    expect(lastIds()).toEqual([undefined, '1', '1', '1', '2']);
  });

  it('begins where the caller says', async () => {
    const client = await clientOf(broken(), stream(event(8), end));
    expect(await all(client.jobs.follow('j', { after: 7 }))).toEqual([8, 'end']);
    expect(lastIds()).toEqual(['7', '7']);
  });

  it('reads characters that the network has cut', async () => {
    const bytes = Buffer.from(event(0) + end);
    const client = await clientOf((response) => {
      opened(response);
      const pieces = [...bytes].map((byte) => Buffer.from([byte]));
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else response.write(piece, () => setImmediate(next));
      };
      next();
    });
    const first = await client.jobs.follow('j').next();
    expect(first.value).toEqual({ kind: 'event', event: logged(0) });
  });

  it('ends with the state of a job of which nothing is left to tell', async () => {
    const client = await clientOf(broken(event(0)), nothingMore, json(200, { status: 'failed' }));
    const messages = await all(client.jobs.follow('j'));
    expect(messages).toEqual([0, 'end']);
    expect(server.asked.at(-1)?.url).toBe('/api/jobs/j');
  });

  it('goes on with a job that is run again in that moment', async () => {
    const again = json(200, { status: 'pending' });
    const client = await clientOf(nothingMore, again, stream(event(5), end));
    expect(await all(client.jobs.follow('j', { after: 4 }))).toEqual([5, 'end']);
  });

  it('passes over messages that it does not know', async () => {
    const client = await clientOf(stream('event: novelty\ndata: x\n\n', end));
    expect(await all(client.jobs.follow('j'))).toEqual(['end']);
  });

  it('rejects at once where the job is not known', async () => {
    const client = await clientOf(json(404, { code: 'JOB_NOT_FOUND', detail: 'No.' }));
    await expect(all(client.jobs.follow('j'))).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    expect(server.asked).toHaveLength(1);
  });

  it('rejects when it learns why a stream has ended before the job', async () => {
    const client = await clientOf(stream(event(0)), json(401, { code: 'KEY_INVALID', detail: 'No.' }));
    await expect(all(client.jobs.follow('j'))).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect(lastIds()).toEqual([undefined, '0']);
  });

  it('gives up an API that stays away, but only then', async () => {
    const client = await clientOf(broken(event(0)), silence);
    const seen: unknown[] = [];
    const following = async (): Promise<void> => {
      for await (const message of client.jobs.follow('j')) seen.push(message.kind);
    };
    await expect(following()).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    expect(seen).toEqual(['event']);
    expect(server.asked.length).toBeGreaterThan(2);
  });

  it('takes a connection for dead that is silent for longer than the service ever is', async () => {
    const client = await clientOf((response) => void opened(response).write(event(0)), stream(event(1), end));
    const messages = client.jobs.follow('j');
    await messages.next();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    try {
      const next = messages.next();
      await turn();
      jest.advanceTimersByTime(44_000);
      await turn();
      expect(server.asked).toHaveLength(1);
      jest.advanceTimersByTime(1000);
      while (server.asked.length < 2) {
        await turn();
        jest.advanceTimersByTime(50);
      }
      expect((await next).value).toMatchObject({ kind: 'event', event: { position: 1 } });
    } finally {
      jest.useRealTimers();
    }
    expect(lastIds()).toEqual([undefined, '0']);
  });

  it.each<[string, Answering]>([
    ['while it is silent', (response) => void opened(response).write(event(0))],
    ['while the API is away', json(503, {}, { 'retry-after': '1' })],
  ])('is left by a signal %s', async (_, answering) => {
    const client = await clientOf(stream(event(0)), answering);
    const controller = new AbortController();
    const reason = new Error('Enough.');
    const seen = all(client.jobs.follow('j', { signal: controller.signal })).catch((error: unknown) => error);
    while (server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    setTimeout(() => controller.abort(reason), 50);
    expect(await seen).toBe(reason);
  });

  it('closes the connection when the caller leaves', async () => {
    let closed: () => void;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const client = await clientOf((response) => {
      response.once('close', () => closed());
      opened(response).write(event(0));
    });
    for await (const { kind } of client.jobs.follow('j')) if (kind === 'event') break;
    await isClosed;
  });
});

it('waits for a job and gives it as it ended', async () => {
  const job = { id: 'j', status: 'completed' };
  const client = await clientOf(broken(event(0)), stream(event(1), end), json(200, job));
  expect(await client.jobs.waitFor('j')).toEqual(job);
  expect(server.asked.map(({ url }) => url)).toEqual([
    '/api/jobs/j/events',
    '/api/jobs/j/events',
    '/api/jobs/j',
  ]);
});
