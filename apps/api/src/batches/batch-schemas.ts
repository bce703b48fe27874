import { BatchHeader, BatchState, BatchSummary, BatchView } from '@framefold/domain';
import { CURSOR_FORM } from '@framefold/platform';
import { z } from 'zod';

/** Where else a batch can be looked at; relative to this service. */
const BatchLinks = z.object({
  self: z.string(),
  jobs: z.string(),
  temporal: z.string().describe("The batch's history in Temporal UI"),
});
export type BatchLinks = z.infer<typeof BatchLinks>;

/** The answer of `POST /api/batches`. */
export const SubmittedBatch = z.object({
  batchId: z.string(),
  status: BatchState,
  jobs: z.number().int().describe('How many jobs it has'),
});
export type SubmittedBatch = z.infer<typeof SubmittedBatch>;

/** The answer of `GET /api/batches/:id`. */
export const BatchDocument = BatchView.extend({ links: BatchLinks });
export type BatchDocument = z.infer<typeof BatchDocument>;

/** The answer of `GET /api/batches`, newest first. */
export const BatchList = z.object({
  batches: z.array(BatchSummary.extend({ links: BatchLinks })),
  nextCursor: z.string().optional().describe('For the next page; absent on the last'),
});
export type BatchList = z.infer<typeof BatchList>;

const { title, webhookUrl } = BatchHeader.shape;
const label = z.string().min(1).max(64);

/** What a CSV manifest cannot say in its rows. */
export const BatchQuery = z.strictObject({
  title: title.describe('Of a CSV manifest: a name for people'),
  label: z
    .union([z.array(label), label.transform((one) => [one])])
    .optional()
    .describe('Of a CSV manifest: labels of the batch and of its jobs'),
  webhookUrl: webhookUrl.describe('Of a CSV manifest: called once, when the last job has ended'),
  tenant: z.string().optional(),
});
export type BatchQuery = z.infer<typeof BatchQuery>;

/** What `GET /api/batches` filters by. */
export const BatchListQuery = z.strictObject({
  label: label.optional(),
  cursor: z
    .string()
    .regex(CURSOR_FORM, 'must be the nextCursor of a page')
    .optional()
    .describe('nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Batches on a page'),
  tenant: z.string().optional(),
});
export type BatchListQuery = z.infer<typeof BatchListQuery>;
