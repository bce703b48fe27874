import { ApiKey, Quotas, Scope, Tenant, TenantId, TenantSettings, UsageDay } from '@framefold/domain';
import { z } from 'zod';

/** The body of `POST /api/tenants`. */
export const NewTenant = z.strictObject({ id: TenantId, ...TenantSettings.shape });
export type NewTenant = z.infer<typeof NewTenant>;

/** The answer of `GET /api/tenants`. */
export const TenantList = z.object({ tenants: z.array(Tenant) });
export type TenantList = z.infer<typeof TenantList>;

/** ms since the epoch: later is a mistake, such as of the unit. */
const YEAR_10_000 = 253_402_300_800_000;

/** The body of `POST /api/keys`. */
export const NewKey = z.strictObject({
  name: z.string().min(1).max(100).describe('What it is for, for people'),
  scopes: z
    .array(Scope)
    .min(1)
    .max(Scope.options.length)
    .transform((scopes) => Scope.options.filter((scope) => scopes.includes(scope)))
    .describe('What it allows; admin includes the others'),
  expiresAt: z
    .number()
    .int()
    .positive()
    .max(YEAR_10_000)
    .optional()
    .describe('ms since the epoch; by default it does not end'),
});
export type NewKey = z.infer<typeof NewKey>;

/** A key at the one time when its secret is shown. */
export const IssuedKey = ApiKey.extend({
  key: z.string().describe('The key itself; it is shown this once, and kept nowhere'),
});
export type IssuedKey = z.infer<typeof IssuedKey>;

/** The answer of `GET /api/keys`, newest first. */
export const KeyList = z.object({ keys: z.array(ApiKey) });
export type KeyList = z.infer<typeof KeyList>;

const DAY_SECONDS = 86_400;
const MAX_OVERLAP_DAYS = 30;

/** The body of `POST /api/keys/:id/rotate`. */
export const Rotation = z.strictObject({
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_OVERLAP_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS)
    .describe('How long the old key goes on to work beside the new one'),
});
export type Rotation = z.infer<typeof Rotation>;

/** What `GET /api/usage` may be asked for. */
export const UsageQuery = z.strictObject({
  from: z.iso.date().optional().describe('The first day, in UTC; by default 30 days ago'),
  tenant: z.string().optional(),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

/** The answer of `GET /api/usage`. */
export const Usage = z.object({
  tenantId: TenantId,
  now: z.object({
    runningJobs: z.number().int().describe('Jobs that have not ended'),
    minutesToday: z.number().describe('Minutes of output finished today, in UTC'),
    storedBytes: z.number().describe('Bytes of all output'),
  }),
  quotas: Quotas,
  days: z.array(UsageDay).describe('Days on which there was any, in order'),
});
export type Usage = z.infer<typeof Usage>;
