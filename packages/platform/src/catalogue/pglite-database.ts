import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { execa } from 'execa';

const UNFINISHED = 'unfinished-';

/** Makes an empty database in the folder that is its second argument; its first is where PGlite lies. */
const MAKE_DATABASE = `
  const [pglite, folder] = process.argv.slice(1);
  require(pglite).PGlite.create(folder).then((database) => database.close());
`;

/**
 * Opens the database of a catalogue's folder, and makes it first if there is none.
 *
 * Making one takes seconds of computing and 800 MB: a process of its own does it, so that this one goes on answering
 * and stays small. The database gets its name when it is whole; what a kill leaves behind is removed.
 *
 * @param folder locked by this process
 */
export async function openPgliteDatabase(folder: string): Promise<PGlite> {
  const place = join(folder, 'postgres');
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
  if (!existsSync(place)) {
    // A name of its own each time: the process of a predecessor that was killed may still be writing to another.
    const unfinished = await mkdtemp(join(folder, UNFINISHED));
    const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
    await execa(process.execPath, ['--eval', MAKE_DATABASE, '--', pglite, unfinished], { stdin: 'ignore' });
    await rename(unfinished, place);
  }
  return await PGlite.create(place);
}
