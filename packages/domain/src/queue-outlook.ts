import { z } from 'zod';
import { toPriorityKey } from './priority.ts';

/** When a job that waits should come to its turn. An estimate: jobs come, go, are paused, and take as long as they take. */
export const QueueOutlook = z.object({
  jobsAhead: z.number().int().describe('Jobs of which encodes should begin before the first one of this'),
  encodeSecondsAhead: z
    .number()
    .int()
    .describe('Seconds that their encoders, added up, should still run before it; in tens'),
  startsAt: z.number().int().optional().describe('When its first encode should begin; absent while none can'),
});
export type QueueOutlook = z.infer<typeof QueueOutlook>;

/** A job that has not ended, as the queues see it. */
export interface QueuedJob {
  readonly jobId: string;
  /** Tenant and user: who takes turns with others. */
  readonly user: string;
  /** Where its encodes wait. */
  readonly taskQueue: string;
  /** 1 (most urgent) to 9. */
  readonly priority: number;
  readonly createdAt: number;
  readonly paused: boolean;
  /** Seconds that its encoders should still run. */
  readonly secondsLeft: number;
}

/** A job in its user's order, with the seconds of all before it there. */
interface Waiting extends Pick<QueuedJob, 'jobId' | 'createdAt' | 'secondsLeft'> {
  readonly secondsBefore: number;
}

/** What waits in a task queue with the same urgency. */
interface Line {
  readonly jobs: number;
  readonly seconds: number;
  /** Each user's jobs, the oldest first. */
  readonly users: ReadonlyMap<string, readonly Waiting[]>;
}

/** What waits, in the order in which it is served: by task queue and urgency. */
export type QueueLines = ReadonlyMap<string, Line>;

/** The grain in which seconds are told: nobody is to read another's jobs from them. */
const GRAIN_SECONDS = 10;

const MOST_URGENT = 1;
const lineOf = (taskQueue: string, urgency: number): string => `${urgency} ${taskQueue}`;

/** Puts the jobs that have not ended into their lines; paused ones stand in none. */
export function toQueueLines(jobs: readonly QueuedJob[]): QueueLines {
  const lines = new Map<string, { jobs: number; seconds: number; users: Map<string, Waiting[]> }>();
  for (const { jobId, user, taskQueue, priority, createdAt, paused, secondsLeft } of [...jobs].sort(byAge)) {
    if (paused) continue;
    const name = lineOf(taskQueue, toPriorityKey(priority));
    const line = lines.get(name) ?? { jobs: 0, seconds: 0, users: new Map<string, Waiting[]>() };
    lines.set(name, line);
    line.jobs += 1;
    line.seconds += secondsLeft;
    const own = line.users.get(user) ?? [];
    line.users.set(user, own);
    own.push({ jobId, createdAt, secondsLeft, secondsBefore: totalOf(own) });
  }
  return lines;
}

/**
 * What stands before a job's first encode in its task queue: all of more urgent classes, what the same user submitted
 * before in the same class, and as much of each other user there, since users take turns.
 *
 * @param lines of all jobs, this one among them or not
 * @param slots encodes that can run at a time
 * @param at the time of `lines`, ms since the epoch
 */
export function outlookOf(job: QueuedJob, lines: QueueLines, slots: number, at: number): QueueOutlook {
  const urgency = toPriorityKey(job.priority);
  let [jobs, seconds] = [0, 0];
  for (let other = MOST_URGENT; other < urgency; other += 1) {
    const line = lines.get(lineOf(job.taskQueue, other));
    jobs += line?.jobs ?? 0;
    seconds += line?.seconds ?? 0;
  }
  const { users } = lines.get(lineOf(job.taskQueue, urgency)) ?? { users: new Map<string, Waiting[]>() };
  const own = (users.get(job.user) ?? []).filter((other) => byAge(other, job) < 0);
  const turn = totalOf(own);
  jobs += own.length;
  seconds += turn;
  if (turn > 0)
    for (const [user, theirs] of users) {
      if (user === job.user) continue;
      const before = theirs.findIndex(({ secondsBefore }) => secondsBefore >= turn);
      jobs += before < 0 ? theirs.length : before;
      seconds += Math.min(turn, totalOf(theirs));
    }
  return {
    jobsAhead: jobs,
    encodeSecondsAhead: Math.round(seconds / GRAIN_SECONDS) * GRAIN_SECONDS,
    ...(slots > 0 ? { startsAt: Math.round(at + (seconds / slots) * 1000) } : {}),
  };
}

type Aged = Pick<QueuedJob, 'jobId' | 'createdAt'>;

function byAge(a: Aged, b: Aged): number {
  return a.createdAt - b.createdAt || (a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : 0);
}

function totalOf(waiting: readonly Waiting[]): number {
  const last = waiting.at(-1);
  return last === undefined ? 0 : last.secondsBefore + last.secondsLeft;
}
