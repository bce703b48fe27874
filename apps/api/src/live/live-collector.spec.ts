import { event, happyLog, request } from '@framefold/domain/testing';
import { FakeCatalogue } from '@framefold/testing';
import { FakeTemporal } from '../testing/fake-temporal.ts';
import { collectOnce } from './live-collector.ts';

const unit = { unit: 'chunk-00003', workerId: 'w', temporalAttempt: 1, framesDone: 10, speed: 2 };

describe('collectOnce', () => {
  it('stores what runs of jobs that are worked on, and asks about no other job', async () => {
    const [catalogue, temporal] = [new FakeCatalogue(), new FakeTemporal()];
    const record = (jobId: string, events: ReturnType<typeof happyLog>) =>
      catalogue.append(events.map((one, sequence) => ({ jobId, stream: 'job', sequence, event: one })));
    await record('done', happyLog());
    await record('lost', happyLog().slice(0, 10));
    await record('encoding', happyLog().slice(0, 10));
    await record('pending', [event('JobSubmitted', 1, { request: request() })]);
    for (const jobId of ['done', 'encoding', 'pending']) temporal.live.set(jobId, [unit]);
    await collectOnce({ catalogue, temporal }, new Set());
    const live = async (jobId: string) => (await catalogue.job(jobId))?.live;
    expect(await live('encoding')).toEqual([unit]);
    // Temporal does not know it: the others are served all the same.
    for (const jobId of ['lost', 'done', 'pending']) expect(await live(jobId)).toBeUndefined();
  });

  it('believes that nothing runs only at a second look: between two steps nothing does either', async () => {
    const [catalogue, temporal] = [new FakeCatalogue(), new FakeTemporal()];
    const probing = happyLog().slice(0, 2);
    await catalogue.append(
      probing.map((one, sequence) => ({ jobId: 'j', stream: 'job', sequence, event: one })),
    );
    temporal.live.set('j', []);
    const first = await collectOnce({ catalogue, temporal }, new Set());
    expect((await catalogue.job('j'))?.live).toBeUndefined();
    await collectOnce({ catalogue, temporal }, first);
    expect((await catalogue.job('j'))?.live).toEqual([]);
    temporal.live.set('j', [unit]);
    expect(await collectOnce({ catalogue, temporal }, first)).toEqual(new Set());
    expect((await catalogue.job('j'))?.live).toEqual([unit]);
  });
});
