import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { failing, platformFault } from '../../test/outcomes.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

describe('the delivery of a webhook', () => {
  it('is tried until it is delivered, each attempt when the one before said so', async () => {
    const { world, handle } = await lab.deliver('patient', {
      deliver: (attempt) =>
        attempt < 4 ? { state: 'pending', waitMs: 10 * attempt } : { state: 'delivered' },
    });
    expect(await handle.result()).toEqual({ state: 'delivered' });
    expect(world.count('attemptDelivery')).toBe(4);
    const { events } = await handle.fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) => timer ?? []);
    expect(timers.map(({ startToFireTimeout }) => (startToFireTimeout?.nanos ?? 0) / 1e6)).toEqual([
      10, 20, 30,
    ]);
  });

  it('fails in Temporal when it is given up', async () => {
    const { world, handle } = await lab.deliver('in-vain', {
      deliver: (attempt) => (attempt < 2 ? { state: 'pending', waitMs: 1 } : { state: 'failed' }),
    });
    const error = await handle.result().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    const { cause } = error as WorkflowFailedError;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({
      type: 'WEBHOOK_REFUSED',
      message: expect.stringContaining('/api/deliveries/in-vain') as string,
    });
    expect(world.count('attemptDelivery')).toBe(2);
  });

  it.each(['superseded', 'skipped'] as const)('ends quietly when it is %s', async (state) => {
    const { handle } = await lab.deliver(state, { deliver: () => ({ state }) });
    expect(await handle.result()).toEqual({ state });
  });

  it('waits for a catalogue that is down, in the same attempt', async () => {
    const asked: number[] = [];
    const { handle } = await lab.deliver('outage', {
      before: { attemptDelivery: failing(() => platformFault('CATALOGUE_UNAVAILABLE'), 2) },
      deliver: (attempt) => {
        asked.push(attempt);
        return { state: 'delivered' };
      },
    });
    expect(await handle.result()).toEqual({ state: 'delivered' });
    expect(asked).toEqual([1]);
  });

  it('has neither address nor body in its history', async () => {
    const { handle } = await lab.deliver('secretive', {});
    await handle.result();
    const { events } = await handle.fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input?.data ?? []).toString())).toEqual({
      deliveryId: 'secretive',
      run: 0,
    });
  });
});
