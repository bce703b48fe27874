import { concludeBatch } from '@framefold/activities';
import { hasBatchEnded, hasEnded, JOB_STATES } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import type { Cancellation } from '../jobs/job-schemas.ts';
import { LONGEST_WAIT_MS } from '../openapi/goes-on.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';
import { ReadBatches } from './read-batches.ts';

/** Ends all jobs of a batch for good. */
@Injectable()
export class CancelBatch {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadBatches) private readonly batches: ReadBatches,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Cancels a batch and answers when nothing of it runs any more, or after a while. Calling it again waits on; of a
   * batch that was cancelled it says so again.
   *
   * @throws {ProblemError} BATCH_NOT_FOUND, BATCH_ENDED
   */
  async cancel(caller: Caller, batchId: string): Promise<Cancellation> {
    const { catalogue, temporal } = this.backends;
    const before = await this.batches.batch(caller, batchId);
    if (before.status === 'cancelled') return { status: before.status };
    if (hasBatchEnded(before.status)) throw ended('The batch has ended already.');
    // Marked before, it would be cancelling for ever where Temporal does not hear of it.
    const outcome = await temporal.cancelBatch(batchId, LONGEST_WAIT_MS, () =>
      catalogue.batches.markCancelled(batchId, this.now()),
    );
    if (outcome === 'still-running') return { status: 'cancelling' };
    const now = await this.batches.batch(caller, batchId);
    if (!hasBatchEnded(now.status)) await this.#conclude(batchId);
    const { status } = await this.batches.batch(caller, batchId);
    if (status !== 'cancelled') throw ended('The last job of the batch ended first.');
    return { status };
  }

  /**
   * Ends a batch in its workflow's place: that records the end before it closes, so that it was ended from outside.
   *
   * @throws {ProblemError} BATCH_ENDED while jobs run
   */
  async #conclude(batchId: string): Promise<void> {
    const { catalogue } = this.backends;
    const { counts = {} } = (await catalogue.batches.get(batchId))?.tally ?? {};
    if (JOB_STATES.some((state) => !hasEnded(state) && (counts[state] ?? 0) > 0))
      throw ended(
        'The workflow of the batch was ended from outside; cancel its jobs one by one, and then the batch again.',
      );
    await concludeBatch({ store: this.store, catalogue })({ batchId, cancelled: true });
  }
}

function ended(sentence: string): ProblemError {
  return new ProblemError('BATCH_ENDED', sentence);
}
