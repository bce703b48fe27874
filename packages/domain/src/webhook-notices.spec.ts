import type { JobEvent, RecordedEvent } from './events.ts';
import { EMPTY_FOLD, foldAll, type JobFold } from './fold.ts';
import type { TranscodeRequest } from './request.ts';
import { event, example, EXAMPLES, frozenPlan, happyLog, request, unitResult } from './testing/builders.ts';
import { JobWebhookEvent } from './webhook-event.ts';
import { deliveriesOf, type NewDelivery } from './webhook-notices.ts';

const BASE = 'https://api.example';
const WEBHOOK = { webhookUrl: 'https://hooks.example/h', webhookEvents: [...JobWebhookEvent.options] };

const recordedOf = (events: readonly JobEvent[], first = 0): RecordedEvent[] =>
  events.map((one, index) => ({
    ...{ jobId: 'j', stream: 'job', sequence: first + index, position: first + index, event: one },
  }));
const submitted = (fields: Partial<TranscodeRequest> = WEBHOOK): JobEvent =>
  event('JobSubmitted', 0, { request: request(fields) });

/** The webhooks of a log that is appended in batches, in the order in which they come up. */
function deliveriesOfBatches(batches: readonly (readonly JobEvent[])[]): NewDelivery[] {
  let before: JobFold = EMPTY_FOLD;
  let position = 0;
  return batches.flatMap((batch) => {
    const job = foldAll(batch, before);
    const deliveries = deliveriesOf({ jobId: 'j', before, recorded: recordedOf(batch, position), job }, BASE);
    before = job;
    position += batch.length;
    return deliveries;
  });
}
const singly = (events: readonly JobEvent[]): JobEvent[][] => events.map((one) => [one]);
const bodyOf = ({ body }: NewDelivery): Record<string, unknown> =>
  JSON.parse(body) as Record<string, unknown>;

describe('the webhooks of a job that goes well', () => {
  const log = [submitted(), ...happyLog().slice(1)];
  const deliveries = deliveriesOfBatches(singly(log));

  it('are each told once, in the order of its way', () => {
    expect(deliveries.map(({ event: type, sequence }) => [type, sequence])).toEqual([
      ['job.queued', 0],
      ['job.started', 1],
      ...[9, 10, 11, 12, 13].map((position) => ['job.progress', position]),
      ['rendition.ready', 16],
      ['rendition.ready', 17],
      ['job.completed', 18],
    ]);
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(deliveries.length);
  });

  it('say what they tell, when it happened and where it belongs', () => {
    for (const delivery of deliveries) {
      const { event: type, sequence, createdAt } = delivery;
      expect(bodyOf(delivery)).toMatchObject({ type, jobId: 'j', sequence, occurredAt: createdAt });
      expect(log[sequence]?.at).toBe(createdAt);
    }
    const states = ['pending', 'probing', ...Array<string>(5).fill('transcoding')];
    expect(deliveries.map((one) => bodyOf(one).status)).toEqual([
      ...states,
      'merging',
      'merging',
      'completed',
    ]);
  });

  it('bring what belongs to their event', () => {
    const bodies = deliveries.map(bodyOf);
    expect(bodies.slice(2, 7).map(({ percent }) => percent)).toEqual([20, 40, 60, 80, 100]);
    expect(bodies[7]).toMatchObject({ rendition: { name: '720p', playlist: '720p/playlist.m3u8' } });
    expect(bodies.at(-1)).toMatchObject({
      outputBaseUrl: 'https://api.example/media/j',
      manifestUrl: 'https://api.example/media/j/master.m3u8',
      completedAt: log.at(-1)?.at,
    });
  });

  it('wait for its record with the end, and with nothing else', () => {
    const waits = deliveries.map(({ startAt, createdAt }) => startAt - createdAt);
    expect(waits.slice(0, -1).every((wait) => wait === 0)).toBe(true);
    expect(waits.at(-1)).toBe(30_000);
  });
});

describe('which webhooks there are', () => {
  const typesOf = (fields: Partial<TranscodeRequest>, batches = singly(happyLog())): string[] =>
    deliveriesOfBatches([[submitted(fields)], ...batches.slice(1)]).map(({ event: type }) => type);

  it('none where nobody is to be told', () => {
    expect(typesOf({})).toEqual([]);
  });

  it('the end, unless the request says otherwise, also where it was recorded before it could', () => {
    const { webhookEvents: _, ...earlier } = request({ webhookUrl: WEBHOOK.webhookUrl });
    expect(typesOf({ webhookUrl: WEBHOOK.webhookUrl })).toEqual(['job.completed']);
    const log = [{ ...submitted(), data: { request: earlier } } as JobEvent, ...happyLog().slice(1)];
    expect(deliveriesOfBatches(singly(log)).map(({ event: type }) => type)).toEqual(['job.completed']);
  });

  it('those that the request asks for', () => {
    expect(typesOf({ ...WEBHOOK, webhookEvents: ['rendition.ready', 'job.queued'] })).toEqual([
      'job.queued',
      'rendition.ready',
      'rendition.ready',
    ]);
  });

  it('bring the metadata of the request', () => {
    const bodies = (fields: Partial<TranscodeRequest>) =>
      deliveriesOfBatches([[submitted({ ...WEBHOOK, ...fields })]]).map(bodyOf);
    expect(bodies({ metadata: { orderId: '4711' } })).toEqual([
      expect.objectContaining({ type: 'job.queued', metadata: { orderId: '4711' } }),
    ]);
    expect(bodies({})).toEqual([expect.not.objectContaining({ metadata: expect.anything() })]);
  });

  it('go to the address as a URL is written', () => {
    const [delivery] = deliveriesOfBatches([
      [submitted({ ...WEBHOOK, webhookUrl: 'https://x.example/a b\0' })],
    ]);
    expect(delivery?.url).toBe('https://x.example/a%20b');
  });
});

describe('how a job ended', () => {
  const end = (last: JobEvent): NewDelivery[] =>
    deliveriesOfBatches([[submitted(), example('ProbingStarted')], [last]]).slice(-1);

  it('is told with the reason for a failure', () => {
    const [failed] = end(example('JobFailed', 5));
    expect(bodyOf(failed!)).toMatchObject({
      ...{ type: 'job.failed', status: 'failed', completedAt: 5, failure: EXAMPLES.JobFailed.failure },
    });
    expect(bodyOf(failed!)).not.toHaveProperty('manifestUrl');
  });

  it('is told of a cancelled job', () => {
    expect(bodyOf(end(example('JobCancelled', 5))[0]!)).toMatchObject({
      status: 'cancelled',
      completedAt: 5,
    });
  });

  it('fits into 64 KB whatever went wrong', () => {
    const message = '\0'.repeat(1_000_000);
    const failure = { ...EXAMPLES.JobFailed.failure, message };
    const [failed] = end(event('JobFailed', 5, { failure }));
    expect(Buffer.byteLength(failed!.body)).toBeLessThan(64 * 1024);
  });

  it('is told again when a failed job is run again, by another id', () => {
    const failing = [submitted(), example('ProbingStarted'), example('JobFailed')];
    const deliveries = deliveriesOfBatches(singly([...failing, ...failing]));
    expect(deliveries.map(({ event: type }) => type)).toEqual([
      ...['job.queued', 'job.started', 'job.failed', 'job.queued', 'job.started', 'job.failed'],
    ]);
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(6);
  });
});

describe('progress', () => {
  const start = [
    submitted(),
    ...(['ProbingStarted', 'SplittingStarted'] as const).map((type) => example(type)),
  ];
  const planned = (chunks: number): JobEvent[] => [
    ...start,
    event('PlanFrozen', 0, frozenPlan(chunks)),
    example('TranscodingStarted'),
  ];
  const encoded = (chunkIndex: number, rendition?: string): JobEvent =>
    event('ChunkEncoded', chunkIndex, {
      chunkIndex,
      result: unitResult(`chunk-${chunkIndex}`),
      ...(rendition === undefined ? {} : { rendition }),
    });
  const progress = (batches: readonly (readonly JobEvent[])[]): (readonly [unknown, number])[] =>
    deliveriesOfBatches(batches)
      .filter(({ event: type }) => type === 'job.progress')
      .map((one) => [bodyOf(one).percent, one.sequence] as const);

  it('is told at most once at each tenth', () => {
    const chunks = Array.from({ length: 73 }, (_, index) => encoded(index));
    const told = progress([planned(73), ...singly(chunks)]);
    expect(told.map(([percent]) => percent)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  it('is told of the last tenth where several pass at once', () => {
    const chunks = Array.from({ length: 10 }, (_, index) => encoded(index));
    expect(progress([planned(10), chunks.slice(0, 3), chunks.slice(3, 4), chunks.slice(4)])).toEqual([
      [30, 7],
      [40, 8],
      [100, 14],
    ]);
  });

  it('is not told of a job that has ended', () => {
    expect(progress([planned(2), [encoded(0), example('JobCancelled')]])).toEqual([]);
    expect(progress([planned(2), [example('JobCancelled')], [encoded(0), encoded(1)]])).toEqual([]);
  });

  it('has the same id when a rendition is encoded again, so that it is not told twice', () => {
    const both = [encoded(0, '720p'), encoded(0, '480p'), encoded(1, '720p'), encoded(1, '480p')];
    const again = [encoded(0, '480p'), encoded(1, '480p')];
    const ids = deliveriesOfBatches([
      planned(2),
      ...singly([...both, example('RenditionRestarted'), ...again]),
    ])
      .filter(({ event: type }) => type === 'job.progress')
      .map(({ id }) => id);
    expect(ids.at(-1)).toBe('msg_j_progress-100');
    expect(ids.filter((id) => id === 'msg_j_progress-100')).toHaveLength(2);
  });
});
