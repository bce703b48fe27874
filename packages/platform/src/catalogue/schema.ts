import type { AttemptRecord, JobEvent, JobFold, JobState, JobSummary, LiveUnit } from '@framefold/domain';
import { sql, type Generated, type Migration, type RawBuilder } from 'kysely';
import {
  ACCESS_MIGRATIONS,
  datedAdmissions,
  datedTenants,
  type AccessTables,
} from '../access/access-schema.ts';
import { webhookMigration, type WebhookTables } from '../webhooks/webhook-tables.ts';
import { attemptsOfJobs } from './attempts-of-jobs.ts';
import { summariesAndBatches } from './summaries-and-batches.ts';
import { storableText } from './storable-text.ts';

/**
 * A job as folded from its events; rebuilt from them at any time. JSON goes in through {@link json}. Times are
 * `double precision` ms since the epoch: exact, and a number in every driver, which `bigint` is not.
 */
export interface JobsTable {
  job_id: string;
  tenant_id: Generated<string>;
  /** Absent until JobSubmitted is in the log; such a job is not shown. */
  created_at: number | null;
  updated_at: number;
  status: JobState;
  user_id: string | null;
  title: string | null;
  labels: readonly string[];
  next_position: number | null;
  fold: JobFold;
  /** Null until somebody has looked, and where the job has ended. */
  live: readonly LiveUnit[] | null;
  /** As lists show it; absent until JobSubmitted is in the log. */
  summary: JobSummary | null;
  batch_id: string | null;
  /** When the job, or another run of it, was let in; absent once its JobSubmitted is in the log. */
  admitted_at: number | null;
}

/** The labels of jobs once more, in the order of lists: whatever share of the jobs has a label, a page is found at once. */
export interface JobLabelsTable {
  label: string;
  tenant_id: string;
  created_at: number;
  job_id: string;
}

/** Batches; how far they are follows from their jobs. */
export interface BatchesTable {
  batch_id: string;
  tenant_id: string;
  created_at: number;
  title: string | null;
  labels: readonly string[];
  webhook_url: string | null;
  jobs: number;
  cancelled_at: number | null;
  ended_at: number | null;
}

/** The attempts at the units of jobs, as their workers recorded them. */
export interface AttemptsTable {
  job_id: string;
  unit: string;
  attempt_id: string;
  started_at: number;
  has_ended: boolean;
  record: AttemptRecord;
}

/** The logs. */
export interface EventsTable {
  job_id: string;
  position: number;
  stream: string;
  sequence: number;
  type: string;
  at: number;
  data: JobEvent['data'];
}

export interface IdempotencyKeysTable {
  key: string;
  /** Or the id of a batch. */
  job_id: string;
  request_hash: string;
  created_at: number;
}

export interface CatalogueSchema extends AccessTables, WebhookTables {
  jobs: JobsTable;
  events: EventsTable;
  job_labels: JobLabelsTable;
  batches: BatchesTable;
  attempts: AttemptsTable;
  idempotency_keys: IdempotencyKeysTable;
}

/** A JSON value as a parameter: as text, because drivers turn arrays into SQL arrays. */
export function json<T>(value: T): RawBuilder<T> {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : withStorableNames(part),
  );
  return sql<T>`cast(${text} as jsonb)`;
}

/** A replacer sees values, not their names: those of an object are made storable with it. */
function withStorableNames(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  if (Object.keys(part).every((name) => storableText(name) === name)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [storableText(name), value]));
}

/** All migrations by name, in order. One that was released is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-jobs-and-events': {
    async up(db) {
      await db.schema
        .createTable('jobs')
        .addColumn('job_id', 'text', (column) => column.primaryKey())
        .addColumn('created_at', 'double precision')
        .addColumn('updated_at', 'double precision', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text')
        .addColumn('title', 'text')
        .addColumn('labels', 'jsonb', (column) => column.notNull())
        .addColumn('next_position', 'integer')
        .addColumn('fold', 'jsonb', (column) => column.notNull())
        .addColumn('live', 'jsonb', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('jobs_newest').on('jobs').columns(['created_at', 'job_id']).execute();
      await db.schema.createIndex('jobs_by_status').on('jobs').columns(['status', 'created_at']).execute();
      await db.schema.createIndex('jobs_by_user').on('jobs').columns(['user_id', 'created_at']).execute();
      await db.schema.createIndex('jobs_by_label').on('jobs').using('gin').column('labels').execute();
      await db.schema
        .createTable('events')
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('stream', 'text', (column) => column.notNull())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('at', 'double precision', (column) => column.notNull())
        .addColumn('data', 'jsonb', (column) => column.notNull())
        .addPrimaryKeyConstraint('events_place', ['job_id', 'position'])
        .addUniqueConstraint('events_identity', ['job_id', 'stream', 'sequence'])
        .execute();
      await db.schema
        .createTable('idempotency_keys')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('request_hash', 'text', (column) => column.notNull())
        .addColumn('created_at', 'double precision', (column) => column.notNull())
        .execute();
    },
  },
  ...ACCESS_MIGRATIONS,
  '0004-webhooks': webhookMigration,
  '0005-summaries-and-batches': summariesAndBatches,
  '0006-dated-tenants': datedTenants,
  '0007-attempts': attemptsOfJobs,
  '0008-admissions': datedAdmissions,
};
