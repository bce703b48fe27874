import { Backends } from '../backends.ts';
import { FakeTemporal } from '../testing/fake-temporal.ts';
import { TemporalPool } from './temporal-pool.ts';

const { jest } = import.meta;

let temporal: FakeTemporal;
let pool: TemporalPool;
beforeEach(() => {
  jest.useFakeTimers();
  temporal = new FakeTemporal();
  const backends = new Backends();
  backends.temporal = temporal;
  pool = new TemporalPool(backends);
});
afterEach(() => jest.useRealTimers());

describe('TemporalPool', () => {
  it('asks every two seconds at most', async () => {
    await Promise.all([pool.state(), pool.state()]);
    jest.advanceTimersByTime(2_000);
    await pool.state();
    expect(temporal.poolCalls).toBe(1);
    jest.advanceTimersByTime(1);
    await pool.state();
    expect(temporal.poolCalls).toBe(2);
  });

  it('does not wait for a Temporal that never answers', async () => {
    temporal.pool = () => new Promise(() => undefined);
    const state = pool.state();
    jest.advanceTimersByTime(3_000);
    expect(await state).toBe('Temporal did not answer in time.');
  });

  it('says that Temporal is not connected yet', async () => {
    expect(await new TemporalPool(new Backends()).state()).toBe('Temporal is not connected yet.');
  });
});
