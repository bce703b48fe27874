import { fileOf, storeKeys, uploadExpiry, UploadId, UploadRecord, type UploadView } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { Backends } from '../backends.ts';

/** The uploads that are complete: their record and their content are in the store. */
export class StoredUploads {
  /** @param hours how long one is kept that no job needs */
  constructor(
    private readonly store: ObjectStore,
    private readonly backends: Backends,
    private readonly hours: number,
  ) {}

  /** One that is complete, or undefined. */
  async find(id: string): Promise<UploadRecord | undefined> {
    if (!UploadId.safeParse(id).success) return undefined;
    const record = await this.store.get(storeKeys.uploadRecord(id));
    if (record === undefined || (await this.store.head(storeKeys.uploadContent(id))) === undefined)
      return undefined;
    return UploadRecord.parse(JSON.parse(record.toString('utf8')));
  }

  async view(record: UploadRecord): Promise<UploadView> {
    const { id, metadata, sizeBytes, createdAt, sha256 } = record;
    const expiresAt = await this.expiry(record);
    return {
      ...filenameOf(metadata),
      ...{ id, sizeBytes, offset: sizeBytes, status: 'complete', createdAt },
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
  }

  /** In ms since the epoch; undefined while a job needs it. */
  async expiry({ id, completedAt }: UploadRecord): Promise<number | undefined> {
    const takenAt = new Map<string, number>();
    for await (const { key, modifiedAt } of this.store.list(storeKeys.uploadClaims(id)))
      takenAt.set(key.slice(storeKeys.uploadClaims(id).length), modifiedAt);
    if (takenAt.size === 0) return uploadExpiry(completedAt, [], this.hours);
    // One that was never started is not known, and not among them.
    const unended = await this.backends.catalogue.unended([...takenAt.keys()]);
    const claims = [...takenAt].map(([jobId, at]) => ({ at, isLive: unended.has(jobId) }));
    return uploadExpiry(completedAt, claims, this.hours);
  }

  /** All that something is in the store of, complete or not, with when that was last written in ms since the epoch. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for await (const { key, modifiedAt } of this.store.list(storeKeys.uploads())) {
      const id = key.split('/')[1] ?? '';
      found.set(id, Math.max(found.get(id) ?? 0, modifiedAt));
    }
    return found;
  }
}

/** What views say of a client's metadata. */
export function filenameOf(metadata: UploadRecord['metadata']): { filename?: string } {
  const { name } = fileOf(metadata);
  return name === undefined ? {} : { filename: name };
}
