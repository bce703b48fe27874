import type {
  AccessRows,
  ApiKey,
  ExceededQuota,
  Standing,
  Tenant,
  TenantSettings,
  UsageDay,
} from '@framefold/domain';

/** A key with what its secret is recognised by. */
export interface StoredKey extends ApiKey {
  /** SHA-256 of the secret, hexadecimal. */
  readonly secretHash: string;
}

/** A key with its tenant. */
export interface KeyOfTenant {
  readonly key: StoredKey;
  readonly tenant: Tenant;
}

/** A job that asks to be let in. */
export interface Admission {
  readonly tenant: Tenant;
  readonly jobId: string;
  /** ms since the epoch */
  readonly now: number;
}

/**
 * Tenants, their keys, and what they use. Held to one contract suite; failures are CodedErrors with
 * CATALOGUE_UNAVAILABLE. It lies in the catalogue's database: usage is a projection of the event logs, tenants and keys
 * are tables of their own.
 *
 * The default tenant is always there.
 */
export interface AccessStore {
  /** False when there is a tenant of that name. */
  createTenant(tenant: Tenant): Promise<boolean>;
  /** By name. */
  tenants(): Promise<readonly Tenant[]>;
  tenant(id: string): Promise<Tenant | undefined>;
  /** Replaces what the operator decided about a tenant; undefined for an unknown one. */
  setTenant(id: string, settings: TenantSettings): Promise<Tenant | undefined>;

  createKey(key: StoredKey): Promise<void>;
  key(id: string): Promise<KeyOfTenant | undefined>;
  /** Of one tenant, newest first. */
  keys(tenantId: string): Promise<readonly ApiKey[]>;
  /**
   * Puts a new key beside one of the same tenant, which ends at `until` (ms since the epoch) unless it ends before.
   *
   * @returns the old key, or undefined where the tenant has no such key; then nothing is changed
   */
  succeedKey(id: string, successor: StoredKey, until: number): Promise<ApiKey | undefined>;
  /** Ends a tenant's key at once; again is no error. Undefined for an unknown one. */
  revokeKey(tenantId: string, id: string, at: number): Promise<ApiKey | undefined>;
  /** Notes that a key was used; an unknown one is no error. */
  touchKey(id: string, at: number): Promise<void>;

  /** All tenants and keys, revoked ones as well. */
  rows(): Promise<AccessRows>;
  /**
   * Brings rows of a backup back, in one transaction. What is here already stays as it is, but for a tenant that the backup
   * has later settings of (or the default one, when nobody decided its settings here), and for keys that end sooner there.
   *
   * @returns how many were not here before
   */
  restore(rows: AccessRows): Promise<{ readonly tenants: number; readonly keys: number }>;

  /** What a tenant used by day, from `fromDay` (as in 2026-11-30) on, in order. */
  usage(tenantId: string, fromDay: string): Promise<readonly UsageDay[]>;
  /** What a tenant uses at `now` (ms since the epoch). */
  standing(tenantId: string, now: number): Promise<Standing>;
  /**
   * Lets a job in unless that would exceed a quota of its tenant. A job that was let in counts as running from now on,
   * though it is in the catalogue only when its JobSubmitted is; one that never gets there is forgotten after a minute.
   * Many at once do not get past the quota together, those that failed and are to be run again neither. A job that is
   * known is let in again.
   *
   * @returns the quota that is in the way; undefined when the job is in
   */
  admit(admission: Admission): Promise<ExceededQuota | undefined>;
  /** Forgets a job, or another run of one, that was let in and then not started. */
  release(jobId: string): Promise<void>;
}
