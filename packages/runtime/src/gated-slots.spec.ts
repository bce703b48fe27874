import { Gate } from './gate.ts';
import { gatedSlots } from './gated-slots.ts';

const context = {} as Parameters<ReturnType<typeof gatedSlots>['reserveSlot']>[0];
const released = {} as Parameters<ReturnType<typeof gatedSlots>['releaseSlot']>[0];
const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('gatedSlots', () => {
  it('gives out no more slots than there are', async () => {
    const slots = gatedSlots(2, new Gate());
    await slots.reserveSlot(context, never);
    await slots.reserveSlot(context, never);
    expect(slots.tryReserveSlot(context)).toBeNull();
    let third = false;
    const waiting = slots.reserveSlot(context, never).then(() => (third = true));
    await settle();
    expect(third).toBe(false);
    slots.releaseSlot(released);
    await waiting;
    expect(slots.tryReserveSlot(context)).toBeNull();
    slots.releaseSlot(released);
    expect(slots.tryReserveSlot(context)).not.toBeNull();
  });

  it('gives out none while the gate is closed', async () => {
    const gate = new Gate();
    gate.close('disk', 'full');
    const slots = gatedSlots(1, gate);
    expect(slots.tryReserveSlot(context)).toBeNull();
    let got = false;
    const waiting = slots.reserveSlot(context, never).then(() => (got = true));
    await settle();
    expect(got).toBe(false);
    gate.open('disk');
    await waiting;
  });

  it('sees a gate that closes while somebody waits for a slot', async () => {
    const gate = new Gate();
    const slots = gatedSlots(1, gate);
    await slots.reserveSlot(context, never);
    let got = false;
    const waiting = slots.reserveSlot(context, never).then(() => (got = true));
    await settle();
    gate.close('quarantine', 'suspicious');
    slots.releaseSlot(released);
    await settle();
    expect(got).toBe(false);
    gate.open('quarantine');
    await waiting;
  });

  it('lets a reservation be given up, and gives its turn to the next', async () => {
    const slots = gatedSlots(1, new Gate());
    await slots.reserveSlot(context, never);
    const abort = new AbortController();
    const given = slots.reserveSlot(context, abort.signal);
    const next = slots.reserveSlot(context, never);
    abort.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    slots.releaseSlot(released);
    await next;
  });
});
