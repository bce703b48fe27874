import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalogue, type OpenCatalogue } from '@framefold/platform';
import { matches, parseKey } from '../access/key-text.ts';
import { keepOperatorKey } from './operator-key.ts';

let folder: string;
let catalogue: OpenCatalogue;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framefold-operator-'));
  catalogue = await openCatalogue({ folder: join(folder, 'catalogue') });
});
afterAll(async () => {
  await catalogue.close();
  await rm(folder, { recursive: true });
});

describe('the key of the state folder', () => {
  const path = (): string => join(folder, 'operator-key');
  const keep = async (now = 1000): Promise<string> => {
    await keepOperatorKey(catalogue.access, path(), now);
    return await readFile(path(), 'utf8');
  };

  it('is made once, opens everything, and only its owner can read it', async () => {
    const made = await keep();
    const text = parseKey(made.trim());
    const found = await catalogue.access.key(text?.id ?? '');
    expect(found?.key).toMatchObject({ tenantId: 'default', scopes: ['admin'] });
    expect(matches(text?.secret ?? '', found?.key.secretHash ?? '')).toBe(true);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await keep()).toBe(made);
  });

  it('is made anew when it was revoked, changed or lost', async () => {
    const made = await keep();
    const id = parseKey(made.trim())?.id ?? '';
    await catalogue.access.revokeKey('default', id, 1000);
    const second = await keep();
    expect(second).not.toBe(made);
    await writeFile(path(), second.replace(/.\n$/, second.endsWith('A\n') ? 'B\n' : 'A\n'));
    const third = await keep();
    expect(parseKey(third.trim())?.id).not.toBe(parseKey(second.trim())?.id);
    await rm(path());
    expect(await keep()).not.toBe(third);
  });
});
