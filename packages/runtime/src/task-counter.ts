import { chunkUnit, FailureCode, type EncodeEnd, type WorkerReport } from '@framefold/domain';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Gate } from './gate.ts';

type CurrentTask = WorkerReport['currentTasks'][number];
type RecentFailure = WorkerReport['recentFailures'][number];

/** Failures that are kept for the report. */
const REMEMBERED = 10;

const ENCODES: ReadonlySet<string> = new Set(['encodeChunk', 'encodeAudio']);

/** Work that makes room or ends jobs: it is done also on a disk that is full. */
const ALWAYS_DONE: ReadonlySet<string> = new Set(['discard', 'mergeOutput']);

/** Time after which a task that a worker does not take comes back to the queue. */
const HANDED_ON_DELAY = '5 seconds';

/** Codes by which a worker leaves a task to others: nothing has failed. */
const HANDED_ON: ReadonlySet<string> = new Set(['WORKER_BUSY', 'WORKER_DISK_LOW']);

/** Keeps account of the activities of a worker process: those that run, and how the others ended. */
export class TaskCounter {
  private readonly running = new Set<CurrentTask>();
  private failures: RecentFailure[] = [];
  completed = 0;
  failed = 0;
  /** Told how each encode ended. */
  onEncodeEnd: (end: EncodeEnd) => void = () => undefined;

  constructor(private readonly gate: Gate) {}

  /** What runs now. */
  get current(): CurrentTask[] {
    return [...this.running];
  }

  /** The latest failures, the last one last. */
  get recentFailures(): RecentFailure[] {
    return this.failures;
  }

  /** Runs a task and keeps account of it. */
  async count<T>(
    task: CurrentTask,
    { jobId, taskQueue }: { readonly jobId: string | undefined; readonly taskQueue: string },
    run: () => Promise<T>,
  ): Promise<T> {
    const isEncode = ENCODES.has(task.activity) && jobId !== undefined;
    const kind = `${task.activity} on ${taskQueue}`;
    this.running.add(task);
    try {
      const result = await run();
      this.completed += 1;
      if (isEncode) this.onEncodeEnd({ jobId, kind });
      return result;
    } catch (error) {
      const code = codeOf(error);
      if (!(error instanceof CancelledFailure) && !HANDED_ON.has(code)) {
        this.remember(task, code, error);
        const known = FailureCode.safeParse(code);
        if (isEncode && known.success) this.onEncodeEnd({ jobId, kind, code: known.data });
      }
      throw error;
    } finally {
      this.running.delete(task);
    }
  }

  /** Counts every activity of the Temporal workers that it is given to, and turns away what the gate keeps out. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        this.assertWelcome(info.activityType);
        const { jobId, unit } = describeInput(input.args[0]);
        const task = {
          activity: info.activityType,
          workflowId: info.workflowExecution?.workflowId ?? '',
          ...(unit === undefined ? {} : { unit }),
          attempt: info.attempt,
          startedAt: Date.now(),
        };
        return this.count(task, { jobId, taskQueue: info.taskQueue }, () => next(input));
      },
    },
  });

  /** A poll that was under way when the gate closed may still have brought a task. */
  private assertWelcome(activity: string): void {
    const { gate } = this;
    // A worker that distrusts its encoders can still probe and merge.
    const encodersAlone = gate.isOpen('disk') && gate.isOpen('starting');
    const welcome = gate.isOpen() || (encodersAlone ? !ENCODES.has(activity) : ALWAYS_DONE.has(activity));
    if (welcome) return;
    throw ApplicationFailure.create({
      type: gate.isOpen('disk') ? 'WORKER_BUSY' : 'WORKER_DISK_LOW',
      message: `This worker takes no work: ${gate.reasons.join(' ')}`,
      nextRetryDelay: HANDED_ON_DELAY,
    });
  }

  private remember(task: CurrentTask, code: string, error: unknown): void {
    this.failed += 1;
    const { activity, workflowId, unit } = task;
    const failure = {
      at: Date.now(),
      activity,
      workflowId,
      ...(unit === undefined ? {} : { unit }),
      code,
      message: error instanceof Error ? error.message : String(error),
    };
    this.failures = [...this.failures, failure].slice(-REMEMBERED);
  }
}

function codeOf(error: unknown): string {
  return error instanceof ApplicationFailure && typeof error.type === 'string' ? error.type : 'INTERNAL';
}

/** The job of an activity's input, and the unit of work where it has one. */
function describeInput(input: unknown): { readonly jobId?: string; readonly unit?: string } {
  if (typeof input !== 'object' || input === null) return {};
  const { jobId, chunkIndex, rendition } = input as Record<string, unknown>;
  const unit =
    typeof chunkIndex === 'number'
      ? chunkUnit(chunkIndex, typeof rendition === 'string' ? rendition : undefined)
      : typeof rendition === 'string'
        ? rendition
        : undefined;
  return { ...(typeof jobId === 'string' ? { jobId } : {}), ...(unit === undefined ? {} : { unit }) };
}
