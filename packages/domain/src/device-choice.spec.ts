import fc from 'fast-check';
import { chooseDevice, deviceCost, type DeviceLoad } from './device-choice.ts';

const WEIGHTS = { utilisation: 1, temperature: 0.5, jobs: 20 };
const device = (id: string, fields: Partial<DeviceLoad> = {}): DeviceLoad => ({
  id,
  jobs: 0,
  sessionLimit: 2,
  ...fields,
});

describe('chooseDevice', () => {
  it.each<[string, DeviceLoad[], string | undefined]>([
    ['nothing', [], undefined],
    ['the first of equal ones', [device('a'), device('b')], 'a'],
    ['the idle one', [device('a', { utilisationPercent: 90 }), device('b', { utilisationPercent: 5 })], 'b'],
    ['the cool one', [device('a', { temperatureC: 80 }), device('b', { temperatureC: 40 })], 'b'],
    ['the one with fewer encodes', [device('a', { jobs: 1 }), device('b')], 'b'],
    [
      'a warm idle one rather than a cool busy one',
      [device('a', { utilisationPercent: 60, temperatureC: 50 }), device('b', { temperatureC: 80 })],
      'b',
    ],
    ['none that is full', [device('a', { jobs: 2 }), device('b', { jobs: 1, temperatureC: 99 })], 'b'],
    ['none when all are full', [device('a', { jobs: 2 }), device('b', { jobs: 3 })], undefined],
  ])('takes %s', (_, devices, expected) => {
    expect(chooseDevice(devices, WEIGHTS)?.id).toBe(expected);
  });

  it('takes one with a free session that no other such one undercuts', () => {
    const loads = fc.record({
      id: fc.string(),
      utilisationPercent: fc.integer({ min: 0, max: 100 }),
      temperatureC: fc.integer({ min: 0, max: 110 }),
      jobs: fc.nat(4),
      sessionLimit: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(loads), (devices) => {
        const free = devices.filter(({ jobs, sessionLimit }) => jobs < sessionLimit);
        const chosen = chooseDevice(devices, WEIGHTS);
        if (chosen === undefined) return free.length === 0;
        return (
          free.includes(chosen) &&
          free.every((other) => deviceCost(other, WEIGHTS) >= deviceCost(chosen, WEIGHTS))
        );
      }),
    );
  });
});
