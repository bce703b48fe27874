import { Gate } from './gate.ts';

describe('Gate', () => {
  it('opens when the last cause is gone', async () => {
    const gate = new Gate();
    gate.close('disk', 'The disk is full.');
    gate.close('quarantine', 'It broke.');
    gate.close('quarantine', 'It broke again.');
    expect(gate.reasons).toEqual(['The disk is full.', 'It broke again.']);
    let open = false;
    const waiting = gate.whenOpen().then(() => (open = true));
    gate.open('disk');
    await Promise.resolve();
    expect([open, gate.isOpen(), gate.isOpen('disk')]).toEqual([false, false, true]);
    gate.open('quarantine');
    await waiting;
    expect([open, gate.isOpen(), gate.reasons]).toEqual([true, true, []]);
  });

  it('lets work in at once when nothing speaks against it', async () => {
    await new Gate().whenOpen();
  });
});
