import type { JobEvent, JobFold, JobState, LiveUnit } from '@framefold/domain';
import { sql, type Migration, type RawBuilder } from 'kysely';
import { storableText } from './storable-text.ts';

/**
 * A job as folded from its events; rebuilt from them at any time. JSON goes in through {@link json}. Times are
 * `double precision` ms since the epoch: exact, and a number in every driver, which `bigint` is not.
 */
export interface JobsTable {
  job_id: string;
  /** Absent until JobSubmitted is in the log; such a job is not shown. */
  created_at: number | null;
  updated_at: number;
  status: JobState;
  user_id: string | null;
  title: string | null;
  labels: readonly string[];
  next_position: number | null;
  fold: JobFold;
  live: readonly LiveUnit[];
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
  job_id: string;
  request_hash: string;
  created_at: number;
}

export interface CatalogueSchema {
  jobs: JobsTable;
  events: EventsTable;
  idempotency_keys: IdempotencyKeysTable;
}

/** A JSON value as a parameter: as text, because drivers turn arrays into SQL arrays. */
export function json<T>(value: T): RawBuilder<T> {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : part,
  );
  return sql<T>`cast(${text} as jsonb)`;
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
};
