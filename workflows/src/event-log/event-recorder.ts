import type { JobEvent, NewEvent } from '@framefold/domain';

/** Events per call at most, so that a call stays far below Temporal's limit of 2 MB whatever the events hold. */
const MAX_EVENTS_PER_CALL = 200;

/** Where a recorder's events belong. */
export interface EventStream {
  readonly jobId: string;
  readonly stream: string;
}

/**
 * Numbers a stream's events and writes them in order, one call at a time: what comes up during a call, or in the same
 * step, goes with the next. An event leaves the queue only when it is written, so a failed call loses nothing; the next
 * event or {@link flush} tries again.
 */
export class EventRecorder {
  private readonly waiting: NewEvent[] = [];
  private nextSequence = 0;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly stream: EventStream,
    private readonly write: (events: readonly NewEvent[]) => Promise<void>,
  ) {}

  /** Queues an event. Does not wait; what goes wrong shows in {@link flush}. */
  record(event: JobEvent): void {
    this.waiting.push({ ...this.stream, sequence: this.nextSequence++, event });
    this.writeAll().catch(() => undefined);
  }

  /**
   * Resolves when every event so far is written.
   *
   * @throws what the write threw, when trying again can't help
   */
  async flush(): Promise<void> {
    // A failure of the call that runs already belongs to earlier events: it is tried once more for this caller.
    await this.writing?.catch(() => undefined);
    await this.writeAll();
  }

  private writeAll(): Promise<void> {
    this.writing ??= this.drain();
    return this.writing;
  }

  private async drain(): Promise<void> {
    // Lets the events of the same step join the first call.
    await Promise.resolve();
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.slice(0, MAX_EVENTS_PER_CALL);
        await this.write(batch);
        this.waiting.splice(0, batch.length);
      }
    } finally {
      // In the same step as the last look at the queue, so that no event slips in between and is left waiting.
      this.writing = undefined;
    }
  }
}
