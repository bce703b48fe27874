import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldAll, toSummary, toView } from '@framefold/domain';
import { event, example, happyLog, unitResult } from '@framefold/domain/testing';
import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import { takeFolder } from '../folder-owner.ts';
import { appendEvents } from './append-events.ts';
import { describeCatalogue } from './catalogue-contract.ts';
import { JobReader } from './job-reader.ts';
import { openCatalogue } from './open-catalogue.ts';
import { makePgliteDatabase, startPgliteDatabase } from './pglite-database.ts';
import { createPglitePool } from './pglite-pool.ts';
import { json, MIGRATIONS, type CatalogueSchema } from './schema.ts';
import type { RefusedEvent } from './catalogue.ts';

const folders: string[] = [];
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-catalogue-'));
  folders.push(folder);
  return folder;
};
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A database without the catalogue's tables. */
const newPool = async (folder: string): Promise<PostgresPool> => {
  await makePgliteDatabase(folder);
  const ownership = takeFolder(folder);
  if ('holder' in ownership) throw new Error(`${folder} is in use.`);
  const pool = createPglitePool(() => startPgliteDatabase(folder, ownership.descriptor));
  return { ...pool, end: () => pool.end().then(ownership.release) };
};

/** PGlite makes its database first: seconds, on a busy machine many. */

describeCatalogue('PGlite in a folder', async () => {
  const refused: RefusedEvent[] = [];
  return {
    catalogue: await openCatalogue(
      { folder: await newFolder() },
      {
        onRefused: (one) => void refused.push(one),
      },
    ),
    refused,
  };
});

describe('PGlite in a folder', () => {
  const events = happyLog().map((one, sequence) => ({ jobId: 'j', stream: 'job', sequence, event: one }));

  it('has one owner, keeps everything, and survives the death of its process', async () => {
    const folder = await newFolder();
    const first = await openCatalogue({ folder });
    await first.append(events);
    await expect(openCatalogue({ folder })).rejects.toMatchObject({
      code: 'CATALOGUE_UNAVAILABLE',
      message: expect.stringContaining(`process ${process.pid}`),
    });

    // What lies on disk before a clean close is what a kill -9 leaves.
    const leftBehind = await newFolder();
    await cp(folder, leftBehind, { recursive: true });
    await Promise.all([first.close(), first.close()]);
    await expect(first.job('j')).rejects.toMatchObject({ code: 'CATALOGUE_UNAVAILABLE' });

    for (const place of [folder, leftBehind]) {
      const again = await openCatalogue({ folder: place });
      expect((await again.job('j'))?.job).toEqual(foldAll(happyLog()));
      await again.append(events);
      expect(await again.events('j')).toHaveLength(events.length);
      await again.close();
    }
  });

  it('makes a new database when the first one was never finished', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'unfinished-x', 'base'), { recursive: true });
    await writeFile(join(folder, 'unfinished-x', 'PG_VERSION'), '1');
    await (await openCatalogue({ folder })).close();
    expect((await readdir(folder)).sort()).toEqual(['owner.lock', 'postgres']);
  });

  it('holds a job of 3,600 chunks', async () => {
    const catalogue = await openCatalogue({ folder: await newFolder() });
    const chunks = Array.from({ length: 3600 }, (_, chunkIndex) => ({
      jobId: 'big',
      stream: 'chunks-0',
      sequence: chunkIndex,
      event: event('ChunkEncoded', chunkIndex, { chunkIndex, result: unitResult(`chunk-${chunkIndex}`) }),
    }));
    await catalogue.append(events.slice(0, 1).map((one) => ({ ...one, jobId: 'big' })));
    for (let first = 0; first < chunks.length; first += 200)
      await catalogue.append(chunks.slice(first, first + 200));
    expect(Object.keys((await catalogue.job('big'))?.job.chunks ?? {})).toHaveLength(3600);
    await catalogue.close();
  });

  it('gives the jobs of the version before their summaries and labels', async () => {
    const folder = await newFolder();
    const pool = await newPool(folder);
    const db = new Kysely<CatalogueSchema>({ dialect: new PostgresDialect({ pool }) });
    const migrations = { '0001-jobs-and-events': MIGRATIONS['0001-jobs-and-events']! };
    await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    const job = foldAll(happyLog());
    const labels = job.request?.labels ?? [];
    await db
      .insertInto('jobs')
      .values({
        ...{ job_id: 'old', created_at: 1_000_000, updated_at: 1, status: 'completed', next_position: 20 },
        ...{ labels: json(labels), fold: json(job), live: json([]) },
      })
      .execute();
    await db.destroy();
    const catalogue = await openCatalogue({ folder });
    const expected = toSummary(toView('old', job, [], 0));
    expect(labels.length).toBeGreaterThan(0);
    for (const filter of [{}, { status: ['completed'] as const }, { label: labels[0]! }])
      expect((await catalogue.list({ limit: 5, ...filter })).jobs).toEqual([expected]);
    await catalogue.close();
  });

  it('shows what another process did to a job that has ended', async () => {
    const folder = await newFolder();
    await (await openCatalogue({ folder })).close();
    const pool = await newPool(folder);
    const db = new Kysely<CatalogueSchema>({ dialect: new PostgresDialect({ pool }) });
    const reader = new JobReader(db, false);
    await appendEvents(db, events);
    const first = await reader.read('j');
    expect(first?.job.state).toBe('completed');
    // The very same: nothing but the length of its log was read.
    expect(await reader.read('j')).toBe(first);
    await appendEvents(db, [{ jobId: 'j', stream: 'late', sequence: 0, event: example('WarningRaised') }]);
    expect((await reader.read('j'))?.job.warnings).toHaveLength(2);
    expect(await reader.read('nobody')).toBeUndefined();
    await db.destroy();
  });
});
