import { z } from 'zod';
import { Uploaded } from './upload-schemas.ts';

/** The body of `POST /api/uploads/direct`. */
export const DirectUploadRequest = z.strictObject({
  filename: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe('Tells what is media by its ending, and names jobs'),
  filetype: z.string().min(1).max(255).optional().describe('Media type, such as video/mp4'),
  sizeBytes: z.number().int().positive().describe('Of the whole file'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')
    .optional()
    .describe('Of the whole file; the service reads it back from the store to compare'),
});
export type DirectUploadRequest = z.infer<typeof DirectUploadRequest>;

/** Parts of a file that are to be sent. */
export const MissingParts = z.object({
  parts: z.array(
    z.object({
      number: z.number().int().describe('From 1 on; part n begins at byte (n - 1) * partBytes'),
      sizeBytes: z.number().int().describe('Neither more nor less is taken'),
      url: z.string().describe('For a PUT without further headers'),
    }),
  ),
  urlsExpireAt: z.number().int().describe('Until when the URLs can be used, in ms since the epoch'),
});
export type MissingParts = z.infer<typeof MissingParts>;

/** The answer of `POST /api/uploads/direct`; its parts are the first hundred. */
export const DirectUpload = MissingParts.extend({
  ...Uploaded.shape,
  sizeBytes: z.number().int(),
  partBytes: z.number().int().describe('Of every part but the last'),
  partCount: z.number().int(),
  expiresAt: z.number().int().describe('When it is removed unless it is complete, in ms since the epoch'),
});
export type DirectUpload = z.infer<typeof DirectUpload>;

/** Parts that are named at once. */
export const FEW_PARTS = 100;

/** Which parts `GET /api/uploads/:id/parts` names. */
export const MissingPartsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).describe('Only those behind this number'),
  limit: z.coerce.number().int().min(1).max(1000).default(FEW_PARTS).describe('So many at most'),
  tenant: z.string().optional(),
});
export type MissingPartsQuery = z.infer<typeof MissingPartsQuery>;
