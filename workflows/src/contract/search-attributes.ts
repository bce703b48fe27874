import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The search attributes of Framefold's workflows; `temporal-config/development.json` registers the same names and
 * types on the server, which refuses an upsert of any other.
 */
export const SEARCH_ATTRIBUTES = {
  /** The job's state; kept up to date by the workflow. */
  status: defineSearchAttributeKey('FramefoldStatus', 'KEYWORD'),
  /** On whose behalf the job runs; set at the start, as are those below. */
  user: defineSearchAttributeKey('FramefoldUser', 'KEYWORD'),
  labels: defineSearchAttributeKey('FramefoldLabels', 'KEYWORD_LIST'),
  batch: defineSearchAttributeKey('FramefoldBatch', 'KEYWORD'),
} as const;
