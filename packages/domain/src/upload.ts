import { z } from 'zod';

/** The id of an upload: 128 random bits, for whoever knows it may use it. */
export const UploadId = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');

/** What the store keeps beside a whole upload. Times are ms since the epoch. */
export const UploadRecord = z.object({
  id: UploadId,
  /** To all others it is as if it were not there. */
  tenantId: z.string(),
  /** As the client gave it (https://tus.io/protocols/resumable-upload#upload-metadata); null where a key has no value. */
  metadata: z.record(z.string(), z.string().nullable()),
  sizeBytes: z.number().int(),
  /** Not known of what went straight into the store without one. */
  sha256: z.string().optional(),
  createdAt: z.number().int(),
  completedAt: z.number().int(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;

/** An upload as clients see it. Times are ms since the epoch. */
export const UploadView = z.object({
  id: UploadId,
  filename: z.string().optional(),
  sizeBytes: z.number().int().describe('Of the whole file'),
  offset: z.number().int().describe('Bytes that have arrived'),
  status: z.enum(['unfinished', 'complete']).describe('Jobs take complete ones'),
  createdAt: z.number().int(),
  expiresAt: z
    .number()
    .int()
    .optional()
    .describe('When it is removed if nothing comes and no job takes it; absent while a job needs it'),
  sha256: z
    .string()
    .optional()
    .describe('Of the whole content, when it is complete; of a direct upload only if it was announced'),
});
export type UploadView = z.infer<typeof UploadView>;

/** A job that took an upload. */
export interface UploadClaim {
  /** In ms since the epoch. */
  readonly at: number;
  /** Whether the job may still read it. */
  readonly isLive: boolean;
}

/** The URL by which a job names an upload as its source. */
export function uploadUrl(id: string): string {
  return `upload://${id}`;
}

/** The upload that a source URL names; undefined for any other URL. */
export function uploadIdOf(sourceUrl: string): string | undefined {
  return /^upload:\/\/([0-9a-f]{32})$/.exec(sourceUrl)?.[1];
}

/** The name and media type of a file in a client's metadata, by the names that tus clients have for them. */
export function fileOf(metadata: UploadRecord['metadata']): {
  readonly name: string | undefined;
  readonly type: string | undefined;
} {
  return {
    name: metadata.filename ?? metadata.name ?? undefined,
    type: metadata.filetype ?? metadata.type ?? undefined,
  };
}

/**
 * When an upload is removed: so many hours after its last byte, or after the last job took it, whichever is later. Not
 * while such a job lives (undefined).
 *
 * @param lastByteAt in ms since the epoch
 */
export function uploadExpiry(
  lastByteAt: number,
  claims: readonly UploadClaim[],
  hours: number,
): number | undefined {
  if (claims.some(({ isLive }) => isLive)) return undefined;
  return Math.max(lastByteAt, ...claims.map(({ at }) => at)) + hours * 3_600_000;
}
