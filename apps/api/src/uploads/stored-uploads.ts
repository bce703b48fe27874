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
    const takenAt = await this.#claims(id);
    if (takenAt.size === 0) return uploadExpiry(completedAt, [], this.hours);
    // One that was never started is not known, and not among them.
    const unended = await this.backends.catalogue.unended([...takenAt.keys()]);
    const claims = [...takenAt].map(([jobId, at]) => ({ at, isLive: unended.has(jobId) }));
    return uploadExpiry(completedAt, claims, this.hours);
  }

  /**
   * Whether a job or batch that took it runs, also one that the catalogue has lost.
   *
   * @throws {ProblemError} TEMPORAL_UNAVAILABLE, NOT_READY
   */
  async isInUse(id: string): Promise<boolean> {
    const takers = [...(await this.#claims(id)).keys()];
    return takers.length > 0 && (await this.backends.temporal.anyRuns(takers));
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

  /** When which job or batch took it, in ms since the epoch. */
  async #claims(id: string): Promise<ReadonlyMap<string, number>> {
    const prefix = storeKeys.uploadClaims(id);
    const takenAt = new Map<string, number>();
    for await (const { key, modifiedAt } of this.store.list(prefix))
      takenAt.set(key.slice(prefix.length), modifiedAt);
    return takenAt;
  }
}

/** What views say of a client's metadata. */
export function filenameOf(metadata: UploadRecord['metadata']): { filename?: string } {
  const { name } = fileOf(metadata);
  return name === undefined ? {} : { filename: name };
}
