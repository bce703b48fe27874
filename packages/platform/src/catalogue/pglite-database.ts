import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { startPglite, type DatabaseProcess } from './pglite-process.ts';

const UNFINISHED = 'unfinished-';

const SETTINGS = {
  // All of it is written to at the start, and is memory of the process from then on. By default it is 128 MB.
  shared_buffers: '16MB',
  // It gathers no statistics by itself: without these its planner collects, joins and sorts all that a filter finds, for
  // the first few of a list. So it goes along the index that has the list's order, and stops.
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
} as const;

/** Makes an empty database in the folder that is its second argument; its first is where PGlite lies. */
const MAKE_DATABASE = `
  const [pglite, folder] = process.argv.slice(1);
  require(pglite).PGlite.create(folder).then((database) => database.close());
`;

/**
 * Makes the database of a catalogue's folder, if there is none.
 *
 * That takes seconds of computing and 800 MB: a process of its own does it, and the one that is to go on stays small. The
 * database gets its name when it is whole; what a kill leaves behind is removed.
 *
 * @param folder locked by this process
 */
export async function makePgliteDatabase(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
  if (existsSync(placeIn(folder))) return;
  // A name of its own each time: the process of a predecessor that was killed may still be writing to another.
  const unfinished = await mkdtemp(join(folder, UNFINISHED));
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  await execa(process.execPath, ['--eval', MAKE_DATABASE, '--', pglite, unfinished], { stdin: 'ignore' });
  await rename(unfinished, placeIn(folder));
}

/**
 * Starts the database of a catalogue's folder.
 *
 * @param lock the open file by which the folder is locked
 */
export async function startPgliteDatabase(folder: string, lock: number): Promise<DatabaseProcess> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return await startPglite(placeIn(folder), settings, lock);
}

const placeIn = (folder: string): string => join(folder, 'postgres');
