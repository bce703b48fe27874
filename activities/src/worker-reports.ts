import { storeKeys, WorkerReport } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';

/** What the workers say of themselves; a report that can't be read is left out. */
export async function workerReports(store: Pick<ObjectStore, 'list' | 'get'>): Promise<WorkerReport[]> {
  const reports: WorkerReport[] = [];
  for await (const { key } of store.list(storeKeys.workers())) {
    const report = await readReport(store, key);
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

/** What one worker says of itself; undefined when it has said nothing that can be read. */
export function workerReport(
  store: Pick<ObjectStore, 'get'>,
  workerId: string,
): Promise<WorkerReport | undefined> {
  return readReport(store, storeKeys.worker(workerId));
}

async function readReport(store: Pick<ObjectStore, 'get'>, key: string): Promise<WorkerReport | undefined> {
  const stored = await store.get(key);
  return stored === undefined ? undefined : WorkerReport.safeParse(parseJson(stored)).data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
