import { CancellationScope, isCancellation, log, sleep } from '@temporalio/workflow';
import { asking } from '../activities.ts';
import type { QueueQuestion } from '../contract/activities.ts';
import { classOf, toFault } from '../faults.ts';
import { untilDeserted } from './until-deserted.ts';

/**
 * The renditions of a job that wait for a GPU queue or are encoded there. They are given up together when nobody serves
 * it. To be made in the cancellation scope to which they belong.
 */
export class GpuEncodes {
  private readonly encodes = new CancellationScope();
  private readonly watch = new CancellationScope();
  private running = 0;
  private finishedRuns = 0;
  private isDeserted = false;

  /** @param patienceSeconds how long nobody may serve the queue */
  constructor(
    private readonly queue: QueueQuestion,
    private readonly patienceSeconds: number,
  ) {}

  /**
   * Encodes a rendition there.
   *
   * @param run is to call `onEncoded` whenever a part of it is done
   * @returns undefined when it is encoded, else why it can't be encoded there; nothing of it runs any more
   * @throws what is no fault of the encoder, and every failure once the job is being stopped
   */
  async attempt(run: (onEncoded: () => void) => Promise<void>): Promise<string | undefined> {
    this.running += 1;
    try {
      await this.encodes.run(() => run(() => (this.finishedRuns += 1)));
      return undefined;
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw error;
      const { encoder } = this.queue;
      // While encodes are being stopped they may fail in any way.
      if (this.isDeserted) return `no worker with ${encoder} has taken work for ${this.patienceSeconds} s.`;
      const fault = toFault(error);
      if (classOf(fault) !== 'encoder') throw error;
      return `${encoder} failed. ${fault.message}`;
    } finally {
      this.running -= 1;
      if (this.running === 0) this.watch.cancel();
    }
  }

  /** Sees to it that nothing waits for a queue that nobody serves. Resolves when nothing is on it any more. */
  async watchOver(): Promise<void> {
    if (this.running === 0) return;
    try {
      await this.watch.run(() =>
        untilDeserted(
          {
            isServed: () => asking.isQueueServed(this.queue),
            finished: () => this.finishedRuns,
            pause: (ms) => sleep(ms, { summary: 'until the next look at the GPU queue' }),
          },
          this.patienceSeconds,
        ),
      );
      this.isDeserted = true;
      this.encodes.cancel();
    } catch (error) {
      // Unwatched, the encodes still end: only a deserted queue holds them up until a worker comes back.
      if (!isCancellation(error)) log.error('the GPU queue is not watched any more', { ...toFault(error) });
    }
  }
}
