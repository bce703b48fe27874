import { UploadId } from '@framefold/domain';
import { z } from 'zod';

/** The answer of `POST /api/uploads`. */
export const Uploaded = z.object({
  id: UploadId,
  sourceUrl: z.string().describe('Names the upload in POST /api/transcode'),
});
export type Uploaded = z.infer<typeof Uploaded>;
