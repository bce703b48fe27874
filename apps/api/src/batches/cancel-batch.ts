import { hasBatchEnded } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import type { Cancellation } from '../jobs/job-schemas.ts';
import { LONGEST_WAIT_MS } from '../openapi/goes-on.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import { ReadBatches } from './read-batches.ts';

/** Ends all jobs of a batch for good. */
@Injectable()
export class CancelBatch {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadBatches) private readonly batches: ReadBatches,
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
    await catalogue.batches.markCancelled(batchId, this.now());
    const outcome = await temporal.cancelBatch(batchId, LONGEST_WAIT_MS);
    if (outcome === 'still-running') return { status: 'cancelling' };
    const { status } = await this.batches.batch(caller, batchId);
    if (status === 'cancelled') return { status };
    throw ended(
      status === 'cancelling'
        ? 'The workflow of the batch was ended from outside; cancel its jobs one by one.'
        : 'The last job of the batch ended first.',
    );
  }
}

function ended(sentence: string): ProblemError {
  return new ProblemError('BATCH_ENDED', sentence);
}
