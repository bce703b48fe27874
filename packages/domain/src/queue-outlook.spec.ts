import { outlookOf, toQueueLines, type QueuedJob } from './queue-outlook.ts';

const NOW = 1_000_000;
const job = (jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob => ({
  ...{ jobId, user: 'ada', taskQueue: 'cpu', priority: 5, createdAt: NOW, paused: false, secondsLeft: 100 },
  ...fields,
});
const ME = job('m', { createdAt: NOW - 100 });
const EARLIER = { createdAt: NOW - 200 };

describe('outlookOf', () => {
  it.each<[string, QueuedJob[], number, number]>([
    ['nobody', [ME], 0, 0],
    ['an earlier job of the same user', [job('a', EARLIER)], 1, 100],
    ['not a later one', [job('z', { createdAt: NOW })], 0, 0],
    ['one of the same time with a lower id', [job('a', { createdAt: ME.createdAt })], 1, 100],
    ['whatever is more urgent, also later', [job('z', { priority: 3, user: 'bob' })], 1, 100],
    ['nothing less urgent', [job('a', { ...EARLIER, priority: 7 })], 0, 0],
    ['another priority of the same class', [job('a', { ...EARLIER, priority: 6 })], 1, 100],
    ['nothing that is paused', [job('a', { ...EARLIER, paused: true })], 0, 0],
    ['nothing of another task queue', [job('a', { ...EARLIER, taskQueue: 'live' })], 0, 0],
    ["no other user's, where one has nothing before oneself", [job('a', { ...EARLIER, user: 'bob' })], 0, 0],
    [
      'as much of each other user as one has oneself',
      [
        job('a', EARLIER),
        ...['b', 'c', 'd'].map((id) => job(id, { user: 'bob', secondsLeft: 60 })),
        job('e', { user: 'eve', secondsLeft: 30 }),
      ],
      1 + 2 + 1,
      100 + 100 + 30,
    ],
  ])('counts %s', (_, others, jobsAhead, encodeSecondsAhead) => {
    expect(outlookOf(ME, toQueueLines(others), 2, NOW)).toEqual({
      ...{ jobsAhead, encodeSecondsAhead },
      startsAt: NOW + (encodeSecondsAhead * 1000) / 2,
    });
  });

  it('tells seconds in tens, so that nobody can read another user from them', () => {
    const others = [job('a', { ...EARLIER, priority: 1, user: 'bob', secondsLeft: 33.3 })];
    expect(outlookOf(ME, toQueueLines(others), 1, NOW)).toMatchObject({ encodeSecondsAhead: 30 });
  });

  it('knows no start where nobody encodes', () => {
    expect(outlookOf(ME, toQueueLines([job('a', EARLIER)]), 0, NOW)).not.toHaveProperty('startsAt');
  });
});
