import { z } from 'zod';

/** The tenant of whoever runs the installation, and of all that is done without a key. */
export const DEFAULT_TENANT = 'default';

/** A tenant's name in addresses and keys: short, so that a fairness key of 64 bytes has room for the user. */
export const TenantId = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/,
    'must be 1 to 32 lower-case letters, digits and inner hyphens',
  );

/** What a tenant may use at most; what is absent is not limited. */
export const Quotas = z.strictObject({
  concurrentJobs: z.number().int().nonnegative().optional().describe('Jobs that have not ended'),
  minutesPerDay: z.number().nonnegative().optional().describe('Minutes of finished output, by day in UTC'),
  storageBytes: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('Bytes of all output that there is; an upload has to fit in beside it and other uploads'),
});
export type Quotas = z.infer<typeof Quotas>;

/** The most urgent priority that a tenant gets without the operator's grant: the class that jobs are in by default. */
const DEFAULT_CEILING = 4;

/** What the operator decides about a tenant. */
export const TenantSettings = z.strictObject({
  title: z.string().min(1).max(200).optional().describe('A name for people'),
  weight: z
    .number()
    .min(0.001)
    .max(1000)
    .default(1)
    .describe('Share of the workers against other tenants of the same priority'),
  priorityCeiling: z
    .number()
    .int()
    .min(1)
    .max(9)
    .default(DEFAULT_CEILING)
    .describe('The most urgent priority that its jobs may have'),
  quotas: Quotas.default({}),
});
export type TenantSettings = z.infer<typeof TenantSettings>;

/** Whose jobs, keys and quotas are held apart from those of others. */
export const Tenant = z.object({
  id: TenantId,
  ...TenantSettings.shape,
  createdAt: z.number().int().describe('ms since the epoch'),
});
export type Tenant = z.infer<typeof Tenant>;
