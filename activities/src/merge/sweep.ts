import type { ObjectStore } from '@framefold/platform';

/** Removes what lies in folders and is not wanted: output of abandoned generations, and of attempts that came second. */
export async function sweep(
  store: ObjectStore,
  folders: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<void> {
  const unwanted: string[] = [];
  for (const folder of folders) {
    for await (const { key } of store.list(folder)) if (!wanted.has(key)) unwanted.push(key);
  }
  for (const key of unwanted) await store.delete(key);
}
