import { toBatchSummary, type Batch, type BatchTally } from './batch.ts';
import type { BatchWebhookEvent } from './webhook-event.ts';
import type { NewDelivery } from './webhook-notices.ts';

/**
 * The one webhook of a batch that has ended, if it asked for one. The same batch gives the same id.
 *
 * @param event whether it ended by itself
 * @param now ms since the epoch
 */
export function batchDeliveries(
  batch: Batch,
  tally: BatchTally,
  event: BatchWebhookEvent,
  now: number,
): readonly NewDelivery[] {
  const { batchId, tenantId, webhookUrl } = batch;
  if (webhookUrl === undefined) return [];
  const { status, counts, progress, completedAt } = toBatchSummary(batch, tally);
  return [
    {
      id: `msg_${batchId}`,
      tenantId,
      jobId: batchId,
      // Percent-encoded: no character that a database refuses.
      url: new URL(webhookUrl).href,
      event,
      sequence: 0,
      body: JSON.stringify({ type: event, batchId, status, jobs: progress.total, counts, completedAt }),
      createdAt: now,
      startAt: now,
    },
  ];
}
