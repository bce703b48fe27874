import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliveriesOf, type NewEvent } from '@framefold/domain';
import { happyLog, request } from '@framefold/domain/testing';
import { openCatalogue } from '../catalogue/open-catalogue.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { describeWebhooks } from './webhooks-contract.ts';

/** PGlite makes its database first: seconds, on a busy machine many. */

async function openInNewFolder(): Promise<{ catalogue: Catalogue; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-webhooks-'));
  const catalogue = await openCatalogue(
    { folder },
    { deliveriesOf: (change) => deliveriesOf(change, 'https://api.example') },
  );
  const close = async (): Promise<void> => {
    await catalogue.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { catalogue, close };
}

describeWebhooks('PGlite in a folder', async () => {
  const { catalogue, close } = await openInNewFolder();
  return { deliveries: catalogue.deliveries, webhookSecrets: catalogue.webhookSecrets, close };
});

describe('the catalogue that records events', () => {
  let opened: Awaited<ReturnType<typeof openInNewFolder>>;
  beforeAll(async () => {
    opened = await openInNewFolder();
  });
  afterAll(() => opened.close());

  const logOf = (jobId: string, webhookUrl?: string): NewEvent[] =>
    happyLog().map((event, sequence) => ({
      jobId,
      stream: 'job',
      sequence,
      event:
        event.type === 'JobSubmitted'
          ? {
              ...event,
              data: {
                request: request({
                  ...(webhookUrl === undefined ? {} : { webhookUrl }),
                  webhookEvents: ['job.queued', 'job.progress', 'job.completed'],
                }),
              },
            }
          : event,
    }));
  const told = async (jobId: string): Promise<string[]> =>
    (await opened.catalogue.deliveries.ofJob(jobId)).map(({ id }) => id.replace(`msg_${jobId}_`, ''));

  it('puts webhooks down with them, each once, however often they are appended', async () => {
    const events = logOf('one-by-one', 'https://hooks.example/on my way');
    for (const event of events) await opened.catalogue.append([event]);
    const ids = ['0', ...[20, 40, 60, 80, 100].map((percent) => `progress-${percent}`)];
    const end = String(events.length - 1);
    expect(await told('one-by-one')).toEqual([...ids, end]);
    await opened.catalogue.append(events);
    expect(await told('one-by-one')).toEqual([...ids, end]);
    const [first] = await opened.catalogue.deliveries.ofJob('one-by-one');
    expect(first?.url).toBe('https://hooks.example/on%20my%20way');
  });

  it('tells the end alone of what happens in one go, and nothing where nobody is to be told', async () => {
    await opened.catalogue.append(logOf('at-once', 'https://hooks.example/h'));
    expect(await told('at-once')).toEqual(['0', String(happyLog().length - 1)]);
    await opened.catalogue.append(logOf('quiet'));
    expect(await told('quiet')).toEqual([]);
  });
});
