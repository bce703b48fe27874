import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys, type AccessBackup } from '@framefold/domain';
import { createStore, openCatalogue, type ObjectStore, type OpenCatalogue } from '@framefold/platform';
import { keepOperatorKey } from '../start/operator-key.ts';
import { readAccessBackup } from './access-backup.ts';
import { backUpAccess, startAccessBackup } from './back-up-access.ts';
import { formatKey, hashSecret, makeKey, parseKey } from './key-text.ts';

let folder: string;
let store: ObjectStore;
let catalogue: OpenCatalogue;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framefold-backup-'));
  store = await createStore({ kind: 'folder', folder: join(folder, 'store') });
  catalogue = await open();
});
afterEach(async () => {
  await catalogue.close();
  await rm(folder, { recursive: true });
});

const open = () => openCatalogue({ folder: join(folder, 'catalogue') });
const backUp = (now: number) => backUpAccess({ access: catalogue.access, store }, now);
const backup = async (): Promise<AccessBackup> => {
  const read = await readAccessBackup(store);
  if (read === undefined) throw new Error('There is no backup.');
  return read;
};
const newKey = async (): Promise<string> => {
  const text = makeKey();
  const key = { id: text.id, tenantId: 'default', name: 'k', scopes: ['read' as const], createdAt: 5 };
  await catalogue.access.createKey({ ...key, secretHash: hashSecret(text.secret) });
  return formatKey(text);
};
const idOf = (key: string): string => parseKey(key)?.id ?? '';

describe('the backup of tenants and keys', () => {
  it('is written when something has changed, and never has a secret', async () => {
    await backUp(1);
    expect(await readAccessBackup(store)).toBeUndefined();
    const key = await newKey();
    await backUp(2);
    expect(await backup()).toMatchObject({ writtenAt: 2, keys: [{ id: idOf(key) }] });
    const text = (await store.get(storeKeys.accessBackup()))?.toString() ?? '';
    expect(text).not.toContain(parseKey(key)?.secret);
    await catalogue.access.touchKey(idOf(key), 9);
    await backUp(3);
    expect((await backup()).writtenAt).toBe(2);
    await catalogue.access.revokeKey('default', idOf(key), 4);
    await backUp(4);
    expect(await backup()).toMatchObject({ writtenAt: 4, keys: [{ revokedAt: 4 }] });
  });

  it('outlives a catalogue that is begun anew and has keys of its own', async () => {
    const lost = await newKey();
    await catalogue.access.setTenant('default', { weight: 3, priorityCeiling: 2, quotas: {} });
    await backUp(1);
    await catalogue.close();
    await rm(join(folder, 'catalogue'), { recursive: true });
    catalogue = await open();
    await keepOperatorKey(catalogue.access, join(folder, 'operator-key'), 2);
    await backUp(2);
    const { tenants, keys } = await backup();
    expect(keys.map(({ id }) => id)).toContain(idOf(lost));
    expect(keys).toHaveLength(2);
    expect(tenants).toMatchObject([{ id: 'default', weight: 3 }]);
    expect(await catalogue.access.restore({ tenants, keys })).toEqual({ tenants: 0, keys: 1 });
    expect(await catalogue.access.tenant('default')).toMatchObject({ weight: 3, priorityCeiling: 2 });
  });

  it('is written at a stop, and left alone where it cannot be read', async () => {
    const rounds = startAccessBackup({ access: catalogue.access, store });
    const key = await newKey();
    await rounds.stop();
    expect((await backup()).keys).toMatchObject([{ id: idOf(key) }]);
    await store.put(storeKeys.accessBackup(), '{"version":2}');
    await expect(backUp(1)).rejects.toMatchObject({ code: 'ACCESS_BACKUP_DAMAGED' });
    expect((await store.get(storeKeys.accessBackup()))?.toString()).toBe('{"version":2}');
  });
});
