import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalogue } from '../catalogue/open-catalogue.ts';
import { describeAccessStore } from './access-contract.ts';

/** PGlite makes its database first: seconds, on a busy machine many. */

let folder: string;
afterAll(() => rm(folder, { recursive: true, force: true }));

describeAccessStore('PGlite in a folder', async () => {
  folder = await mkdtemp(join(tmpdir(), 'framefold-access-'));
  return await openCatalogue({ folder });
});
