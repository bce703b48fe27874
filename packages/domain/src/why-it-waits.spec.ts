import { workerReport } from './testing/builders.ts';
import { slotsOf, whyItWaits } from './why-it-waits.ts';
import type { WorkerReport } from './worker-report.ts';

const NOW = 1_000_000;
const QUEUE = 'framefold-encode-cpu';
const NEED = { worker: 'an encode worker', taskQueue: QUEUE };
const WAITS = { waitingFor: 'an encode worker with a free slot', paused: false };
const worker = (fields: Partial<WorkerReport> = {}): WorkerReport =>
  workerReport({ queues: [QUEUE], slots: { [QUEUE]: 2 }, lastHeartbeat: NOW, ...fields });

describe('whyItWaits', () => {
  const why = (reports: WorkerReport[], jobsAhead = 0, waits: Partial<typeof WAITS> = WAITS) =>
    whyItWaits({ paused: false, ...waits }, NEED, { reports, withStates: true }, jobsAhead, NOW);

  it.each<[WorkerReport[], number, string]>([
    [[], 3, `an encode worker: none polls ${QUEUE}`],
    [[worker({ lastHeartbeat: 0 })], 3, `an encode worker: none polls ${QUEUE}`],
    [[worker({ queues: ['other'] })], 3, `an encode worker: none polls ${QUEUE}`],
    [
      [worker({ status: 'quarantined', statusReasons: ['less than 5 % of the scratch disk is free.'] })],
      3,
      `an encode worker: those of ${QUEUE} take no work now (quarantined, disk low)`,
    ],
    [
      [worker({ status: 'starting' }), worker({ status: 'draining' })],
      0,
      `an encode worker: those of ${QUEUE} take no work now (draining, starting)`,
    ],
    [[worker({ status: 'busy' })], 1, 'its turn: about 1 job is before it in the queue'],
    [[worker(), worker({ status: 'quarantined' })], 4, 'its turn: about 4 jobs are before it in the queue'],
    [[worker()], 0, WAITS.waitingFor],
  ])('says it (case %#)', (reports, jobsAhead, expected) => {
    expect(why(reports, jobsAhead)).toBe(expected);
  });

  it('tells others than those who run them nothing of the workers', () => {
    const told = whyItWaits(
      WAITS,
      NEED,
      { reports: [worker({ status: 'draining' })], withStates: false },
      3,
      NOW,
    );
    expect(told).toBe('an encode worker: none takes work now');
  });

  it('leaves alone what runs or is paused', () => {
    expect(why([], 3, {})).toBeUndefined();
    const paused = { waitingFor: 'somebody to resume it', paused: true };
    expect(why([], 3, paused)).toBe('somebody to resume it');
  });
});

it('slotsOf counts those of workers that take work', () => {
  const reports = [worker(), worker({ status: 'busy' }), worker({ status: 'quarantined' })];
  expect(slotsOf([...reports, worker({ lastHeartbeat: 0 })], QUEUE, NOW)).toBe(4);
  expect(slotsOf(reports, 'other', NOW)).toBe(0);
});
