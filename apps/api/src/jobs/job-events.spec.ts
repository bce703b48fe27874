import { setTimeout as delay } from 'node:timers/promises';
import { type JobEvent, hasEnded } from '@framefold/domain';
import { example, happyLog } from '@framefold/domain/testing';
import { MOST_STREAMS } from './open-streams.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { openStream, type OpenStream } from '../testing/open-stream.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: ReturnType<typeof JSON.parse>;
}

function messagesOf(text: string): Message[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const fields = Object.fromEntries(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(': ') + 2)]),
      );
      return { ...fields, data: JSON.parse(fields.data ?? 'null') };
    });
}

/** Opens a stream and reads messages until `enough`. */
async function follow(
  path: string,
  enough: (messages: readonly Message[]) => boolean,
  headers: Record<string, string> = {},
): Promise<Message[]> {
  const abort = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${api.port}${path}`, { headers, signal: abort.signal });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let text = '';
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (enough(messagesOf(text))) break;
  }
  abort.abort();
  return messagesOf(text);
}

const HAPPY = happyLog();
const pathOf = (jobId: string): string => `/api/jobs/${jobId}/events`;

describe('GET /api/jobs/:id/events', () => {
  it('tells the whole log of an ended job, then its end, and no more', async () => {
    const jobId = await api.jobWith(HAPPY);
    const answer = await api.send('GET', pathOf(jobId));
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
    const messages = messagesOf(answer.text);
    expect(messages.slice(0, -1).map(({ id, data }) => [id, data.type])).toEqual(
      HAPPY.map(({ type }, position) => [String(position), type]),
    );
    expect(messages[1]?.data).toEqual({ position: 1, ...HAPPY[1] });
    expect(messages.at(-1)).toEqual({ event: 'end', data: { status: 'completed' } });
  });

  it('reads a long log in pages, and one event to see whether there is more', async () => {
    const many = Array.from({ length: 450 }, () => example('PriorityChanged', 1_000_000));
    const log = [HAPPY[0]!, ...many, example('JobCancelled', 1_000_000)];
    const jobId = await api.jobWith(log);
    const events = api.catalogue.events.bind(api.catalogue);
    const read: number[] = [];
    api.catalogue.events = async (...asked) => {
      const page = await events(...asked);
      read.push(page.length);
      return page;
    };
    const ids = messagesOf((await api.send('GET', pathOf(jobId))).text).map(({ id, event }) => id ?? event);
    expect(ids).toEqual([...log.map((_, position) => String(position)), 'end']);
    expect(read).toEqual([1, 200, 200, 52]);
  });

  it('goes on after the last event that the client has, and has nothing for one that has all', async () => {
    const jobId = await api.jobWith(HAPPY);
    const from = async (id: number): Promise<Awaited<ReturnType<ApiUnderTest['send']>>> =>
      api.send('GET', pathOf(jobId), { headers: { 'last-event-id': String(id) } });
    const rest = messagesOf((await from(HAPPY.length - 3)).text);
    expect(rest.map(({ id, event }) => id ?? event)).toEqual([
      String(HAPPY.length - 2),
      String(HAPPY.length - 1),
      'end',
    ]);
    expect((await from(HAPPY.length - 1)).status).toBe(204);
  });

  it('tells what happens while the client listens, and progress in between', async () => {
    const ending = HAPPY.findIndex(({ type }) => type === 'MergingStarted');
    const jobId = await api.jobWith(HAPPY.slice(0, ending));
    let rest: readonly JobEvent[] = HAPPY.slice(ending);
    const messages = await follow(pathOf(jobId), (seen) => {
      if (rest.length > 0 && seen.some(({ event }) => event === 'progress')) {
        const events = rest;
        rest = [];
        void api.catalogue.append(
          events.map((event, index) => ({ jobId, stream: 'job', sequence: ending + index, event })),
        );
      }
      return seen.some(({ event }) => event === 'end');
    });
    expect(messages.filter(({ id }) => id !== undefined).map(({ data }) => data.type)).toEqual(
      HAPPY.map(({ type }) => type),
    );
    const progress = messages.find(({ event }) => event === 'progress')?.data;
    expect(progress).toMatchObject({ status: 'transcoding', paused: false, progress: { percent: 98 } });
    expect(hasEnded(progress.status)).toBe(false);
  });

  it('ends when the service stops, though the job has not', async () => {
    const jobId = await api.jobWith(HAPPY.slice(0, 3));
    const answer = await fetch(`http://127.0.0.1:${api.port}${pathOf(jobId)}`);
    const text = answer.text();
    await api.close();
    expect(messagesOf(await text).map(({ event }) => event)).not.toContain('end');
    api = await startApi();
  });

  it.each(['-1', 'x', '1.5'])('refuses the Last-Event-ID %s', async (id) => {
    const jobId = await api.jobWith(HAPPY);
    const answer = await api.send('GET', pathOf(jobId), { headers: { 'last-event-id': id } });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'Last-Event-ID' }] });
  });

  it('knows no other jobs', async () => {
    expect((await api.send('GET', pathOf('01936b2e-0000-7000-8000-000000000000'))).status).toBe(404);
  });
});

describe('streams that are open at once', () => {
  const running = HAPPY.slice(0, 9);

  /** Opens as many as there may be, waiting for places that become free. */
  const fill = async (jobId: string, signal: AbortSignal): Promise<OpenStream[]> => {
    const open = async (): Promise<OpenStream> => {
      for (;;) {
        const stream = await openStream(api.port, jobId, { signal });
        if (stream.status === 200) return stream;
        await delay(50);
      }
    };
    return Promise.all(Array.from({ length: MOST_STREAMS }, open));
  };

  it.each<[string, (jobId: string, clients: AbortController, streams: OpenStream[]) => unknown]>([
    ['their clients have left', (_, clients) => clients.abort()],
    [
      'the job has ended',
      (jobId) =>
        api.catalogue.append(
          HAPPY.slice(9).map((event, index) => ({ jobId, stream: 'job', sequence: 9 + index, event })),
        ),
    ],
    [
      'the catalogue was away',
      async (_jobId, _clients, streams) => {
        api.catalogue.failure = new Error('away');
        await Promise.all(streams.map(({ ended }) => ended));
        api.catalogue.failure = undefined;
      },
    ],
  ])('are limited, and their places are free when %s', async (_, end) => {
    const clients = new AbortController();
    const jobId = await api.jobWith(running);
    const streams = await fill(jobId, clients.signal);
    const refusal = {
      status: 429,
      headers: { 'retry-after': '1' },
      json: { code: 'STREAMS_EXCEEDED' },
    };
    expect(await api.send('GET', pathOf(jobId))).toMatchObject(refusal);
    await end(jobId, clients, streams);
    const another = await api.jobWith(running);
    const others = new AbortController();
    await fill(another, others.signal);
    expect(await api.send('GET', pathOf(another))).toMatchObject(refusal);
    for (const one of [clients, others]) one.abort();
  });
});
