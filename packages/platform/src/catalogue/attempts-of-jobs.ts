import type { Migration } from 'kysely';

/** The attempts at the units of jobs. */
export const attemptsOfJobs: Migration = {
  async up(db) {
    await db.schema
      .createTable('attempts')
      .addColumn('job_id', 'text', (column) => column.notNull())
      .addColumn('unit', 'text', (column) => column.notNull())
      .addColumn('attempt_id', 'text', (column) => column.notNull())
      .addColumn('started_at', 'double precision', (column) => column.notNull())
      .addColumn('has_ended', 'boolean', (column) => column.notNull())
      .addColumn('record', 'jsonb', (column) => column.notNull())
      .addPrimaryKeyConstraint('attempts_of_units', ['job_id', 'unit', 'attempt_id'])
      .execute();
    await db.schema
      .createIndex('attempts_in_order')
      .on('attempts')
      .columns(['job_id', 'started_at', 'attempt_id'])
      .execute();
  },
};
