import { event, happyLog, request } from '@framefold/domain/testing';
import { FakeCatalogue } from '@framefold/testing';
import { FakeTemporal } from '../testing/fake-temporal.ts';
import { collectOnce } from './live-collector.ts';

const unit = { unit: 'chunk-00003', workerId: 'w', temporalAttempt: 1, framesDone: 10, speed: 2 };

describe('collectOnce', () => {
  it('stores what the encoders of encoding jobs report, and asks about no other job', async () => {
    const [catalogue, temporal] = [new FakeCatalogue(), new FakeTemporal()];
    const record = (jobId: string, events: ReturnType<typeof happyLog>) =>
      catalogue.append(events.map((one, sequence) => ({ jobId, stream: 'job', sequence, event: one })));
    await record('done', happyLog());
    await record('lost', happyLog().slice(0, 10));
    await record('encoding', happyLog().slice(0, 10));
    await record('pending', [event('JobSubmitted', 1, { request: request() })]);
    for (const jobId of ['done', 'encoding', 'pending']) temporal.live.set(jobId, [unit]);
    await collectOnce({ catalogue, temporal });
    const live = async (jobId: string) => (await catalogue.job(jobId))?.live;
    expect(await live('encoding')).toEqual([unit]);
    // Temporal does not know it: the others are served all the same.
    expect(await live('lost')).toEqual([]);
    expect(await live('done')).toEqual([]);
    expect(await live('pending')).toEqual([]);
  });
});
