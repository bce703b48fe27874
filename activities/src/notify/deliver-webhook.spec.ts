import type { JobEventType } from '@framefold/domain';
import { event, EXAMPLES, example, request } from '@framefold/domain/testing';
import { FakeCatalogue } from '@framefold/testing';
import { deliverWebhook } from './deliver-webhook.ts';

describe('deliverWebhook', () => {
  const END = 'job.failed';
  let catalogue: FakeCatalogue;
  beforeEach(async () => {
    catalogue = new FakeCatalogue();
    const submitted = event('JobSubmitted', 0, {
      request: request({ webhookUrl: 'https://hooks.example/h' }),
    });
    const others = (['ProbingStarted', 'JobFailed'] as JobEventType[]).map((type, at) =>
      example(type, at + 1),
    );
    await catalogue.append(
      [submitted, ...others].map((one, sequence) => ({ jobId: 'j', stream: 'job', sequence, event: one })),
    );
  });
  const deliver = () =>
    deliverWebhook({ catalogue, publicBaseUrl: 'https://api.example' })({
      ...{ jobId: 'j', deliveryId: 'j.run', url: 'https://hooks.example/h', event: END },
    });

  it('adds the webhook of the end where an earlier version has recorded it', async () => {
    expect(await deliver()).toEqual({ status: 202 });
    const added = await catalogue.deliveries.ofJob('j');
    expect(added).toMatchObject([{ id: 'msg_j_2', event: END, url: 'https://hooks.example/h' }]);
    const body = JSON.parse((await catalogue.deliveries.find('msg_j_2'))?.body ?? '{}') as unknown;
    expect(body).toMatchObject({ type: END, failure: EXAMPLES.JobFailed.failure });
  });

  it('leaves it alone where it is there', async () => {
    await deliver();
    await catalogue.deliveries.skip({ id: 'msg_j_2', run: 0 });
    await deliver();
    expect(await catalogue.deliveries.ofJob('j')).toMatchObject([{ state: 'skipped' }]);
  });
});
