import type { Readable } from 'node:stream';
import type { Config } from '@framefold/config';
import { type DirectUploadRecord, storeKeys, type UploadRecord, type UploadView } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG, STORE } from '../tokens.ts';
import { assertMedia } from './assert-media.ts';
import { assertRoom } from './assert-room.ts';
import type { MissingParts, MissingPartsQuery } from './direct-upload-schemas.ts';
import { DirectUploads } from './direct-uploads.ts';
import { filenameOf, StoredUploads } from './stored-uploads.ts';
import { uploadNotFound } from './upload-id.ts';
import { UploadLocks } from './upload-locks.ts';
import { type UnfinishedUpload, UnfinishedUploads } from './unfinished-uploads.ts';

const HOUR_MS = 3_600_000;

/** Between the time at which nobody can take an upload any more and its removal: who has just taken it is not robbed. */
const GRACE_MS = 60_000;

/** Files that go into the store at a time: each takes some 20 MB of memory where that is S3. */
const FILES_AT_ONCE = 2;

/** Failures of a sweep that are told one by one: where the store is down all fail alike. */
const MOST_TOLD = 10;

/** Whose an upload is, and the size of the whole file: neither ever changes. */
export type UploadSize = Pick<UploadRecord, 'tenantId' | 'sizeBytes'>;

/** Uploads from their first byte, on this machine's disk or straight in the object store, to their end there. */
@Injectable()
export class Uploads {
  readonly unfinished: UnfinishedUploads;
  readonly #stored: StoredUploads;
  /** Held by whoever writes or removes an upload. */
  readonly locker = new UploadLocks();
  /** What is being brought into the store: one at a time of each upload. */
  readonly #finishing = new Map<string, Promise<void>>();
  readonly #storing = pLimit(FILES_AT_ONCE);
  /** The last answer of {@link sizes}. */
  #sizes: ReadonlyMap<string, UploadSize> = new Map();

  constructor(
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Backends) backends: Backends,
    @Inject(DirectUploads) private readonly direct: DirectUploads,
    @Inject(CLOCK) private readonly now: Clock,
  ) {
    this.#stored = new StoredUploads(store, backends, config.uploadHours);
    this.unfinished = new UnfinishedUploads(config.folders.uploads, (id) => this.#whole(id));
  }

  /** @throws {ProblemError} UPLOAD_NOT_FOUND, also for one that has expired or is another tenant's */
  async view(tenantId: string, id: string): Promise<UploadView> {
    const view = await this.#find(tenantId, id);
    if (view === undefined || this.#isOver(view)) throw uploadNotFound(id);
    return view;
  }

  /**
   * Says before the first byte that there is no room for the last.
   *
   * @throws {ProblemError} UPLOAD_NO_ROOM
   */
  async assertRoom(sizeBytes: number): Promise<void> {
    const { folders, store } = this.config;
    await assertRoom([folders.uploads, ...(store.kind === 'folder' ? [store.folder] : [])], sizeBytes);
  }

  /** All uploads by their ids, unfinished or complete: those in the store, and those on this machine's disk. */
  async sizes(): Promise<ReadonlyMap<string, UploadSize>> {
    const ids = new Set([...(await this.unfinished.all()).keys(), ...(await this.#stored.all()).keys()]);
    const sizes = new Map<string, UploadSize>();
    const add = async (id: string): Promise<void> => {
      // Of one that is known only its being there had to be asked for.
      const found = this.#sizes.get(id) ?? (await this.#sizeOf(id));
      if (found !== undefined) sizes.set(id, found);
    };
    await Promise.all([...ids].map(add));
    this.#sizes = sizes;
    return sizes;
  }

  async #sizeOf(id: string): Promise<UploadSize | undefined> {
    const found =
      (await this.unfinished.find(id)) ?? (await this.#stored.find(id)) ?? (await this.direct.find(id));
    return found && { tenantId: found.tenantId, sizeBytes: found.sizeBytes };
  }

  /**
   * A file as a whole.
   *
   * @param id of the upload that it becomes
   * @param bytes end with the file; what breaks them off leaves nothing behind
   * @throws {ProblemError} UPLOAD_KIND_REFUSED
   */
  async receive(
    tenantId: string,
    id: string,
    bytes: Readable,
    metadata: UploadRecord['metadata'],
  ): Promise<UploadView> {
    assertMedia(metadata);
    await this.unfinished.receive(id, bytes, { tenantId, metadata, createdAt: this.now() });
    await this.finish(id);
    return this.view(tenantId, id);
  }

  /** Brings an upload of which all bytes have arrived into the store; any other is left as it is. May be repeated. */
  finish(id: string): Promise<void> {
    const running = this.#finishing.get(id) ?? this.#bringIn(id).finally(() => this.#finishing.delete(id));
    this.#finishing.set(id, running);
    return running;
  }

  /**
   * Ends an upload of which everything has arrived. May be repeated.
   *
   * @throws {ProblemError} UPLOAD_NOT_FOUND, UPLOAD_INCOMPLETE; UPLOAD_CHECKSUM_MISMATCH, and then it is removed
   */
  async complete(tenantId: string, id: string): Promise<UploadView> {
    // Whose it is comes first.
    await this.view(tenantId, id);
    await this.finish(id);
    const view = await this.view(tenantId, id);
    if (view.status === 'complete') return view;
    throw new ProblemError('UPLOAD_INCOMPLETE', `${view.offset} of ${view.sizeBytes} bytes have arrived.`);
  }

  /**
   * The parts of a direct upload that have not arrived, with URLs; none of one that is complete.
   *
   * @throws {ProblemError} UPLOAD_NOT_FOUND; UPLOAD_DIRECT_UNAVAILABLE for one that goes another way
   */
  async missingParts(tenantId: string, id: string, query: MissingPartsQuery): Promise<MissingParts> {
    const { status } = await this.view(tenantId, id);
    if (status === 'complete') return { parts: [], urlsExpireAt: this.now() };
    const begun = await this.direct.find(id);
    if (begun === undefined) throw new ProblemError('UPLOAD_DIRECT_UNAVAILABLE', 'This upload goes by tus.');
    const parts = await this.direct.signedParts(begun, query);
    if (parts === undefined) throw uploadNotFound(id);
    return parts;
  }

  /** @throws {ProblemError} UPLOAD_NOT_FOUND */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.view(tenantId, id);
    await this.#discard(id);
  }

  /**
   * Keeps an upload for a job or a batch until that has ended, and tells its file's name.
   *
   * @throws {ProblemError} UPLOAD_NOT_FOUND unless it is complete
   */
  async claim(tenantId: string, id: string, by: string): Promise<string | undefined> {
    const filename = await this.nameOf(tenantId, id);
    await this.keep(id, by);
    return filename;
  }

  /** Keeps, for another, an upload that is kept already. */
  async keep(id: string, by: string): Promise<void> {
    await this.store.put(storeKeys.uploadClaim(id, by), '');
  }

  /** @throws {ProblemError} UPLOAD_NOT_FOUND unless it is complete */
  async nameOf(tenantId: string, id: string): Promise<string | undefined> {
    const { status, filename } = await this.view(tenantId, id);
    if (status !== 'complete') throw uploadNotFound(id);
    return filename;
  }

  /**
   * Removes what has expired, and brings in what an earlier process left whole on disk.
   *
   * @throws {AggregateError} of uploads that could not be swept; all others were, and nothing that a job took is removed
   */
  async sweep(): Promise<void> {
    const failures: Error[] = [];
    const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (cause) {
        failures.push(new Error(`${what} could not be swept.`, { cause }));
      }
    };
    // What has expired goes first: it may have the room that the rest needs.
    await attempt('The store', async () => {
      for (const [id, writtenAt] of await this.#stored.all())
        await attempt(`The upload ${id}`, () => this.#sweepStored(id, writtenAt));
    });
    for (const [id, writtenAt] of await this.unfinished.all())
      await attempt(`The upload ${id}`, () => this.#sweepUnfinished(id, writtenAt));
    if (failures.length === 0) return;
    const message = `The sweep of the uploads failed ${failures.length} times.`;
    throw new AggregateError(failures.slice(0, MOST_TOLD), message);
  }

  /** @param writtenAt when anything of it was last written to the store */
  async #sweepStored(id: string, writtenAt: number): Promise<void> {
    const hasExpired = (): Promise<boolean> => this.#hasExpired(id, writtenAt);
    if (await hasExpired()) await this.#discard(id, hasExpired);
  }

  /** @param writtenAt when anything of it was last written to disk */
  async #sweepUnfinished(id: string, writtenAt: number): Promise<void> {
    try {
      await this.finish(id);
    } finally {
      // It may have been gone on with while others were brought in.
      const { lastByteAt = writtenAt } = (await this.unfinished.find(id)) ?? {};
      const isAbandoned = this.#isPast(lastByteAt + this.config.uploadHours * HOUR_MS);
      // What the store has had since is here in name alone.
      if (isAbandoned || (await this.#stored.find(id)) !== undefined) await this.unfinished.remove(id);
    }
  }

  /** @param writtenAt when anything of it was last written to the store */
  async #hasExpired(id: string, writtenAt: number): Promise<boolean> {
    const record = await this.#stored.find(id);
    const expiresAt =
      record === undefined ? await this.#expiryOfRest(id, writtenAt) : await this.#stored.expiry(record);
    if (expiresAt === undefined || !this.#isPast(expiresAt)) return false;
    // A catalogue that was lost does not know who needs it.
    return !(await this.#stored.isInUse(id));
  }

  /**
   * What tus has of an upload of which it has all bytes.
   *
   * @throws {ProblemError} UPLOAD_IS_DIRECT
   */
  async #whole(id: string): Promise<UploadRecord | undefined> {
    if ((await this.unfinished.find(id)) !== undefined) await this.finish(id);
    const record = await this.#stored.find(id);
    if (record !== undefined || (await this.direct.find(id)) === undefined) return record;
    throw new ProblemError('UPLOAD_IS_DIRECT', 'The upload goes straight to the store, not by tus.');
  }

  async #bringIn(id: string): Promise<void> {
    const upload = await this.unfinished.find(id);
    if (upload === undefined) {
      if ((await this.#stored.find(id)) === undefined) await this.direct.bringIn(id);
      return;
    }
    if (upload.offset < upload.sizeBytes) return;
    const { tenantId, metadata, sizeBytes, createdAt } = upload;
    const sha256 = await this.unfinished.sha256(id);
    const about = { id, tenantId, metadata, sizeBytes, createdAt };
    const record: UploadRecord = { ...about, sha256, completedAt: this.now() };
    await this.store.put(storeKeys.uploadRecord(id), JSON.stringify(record));
    // The content comes last: an upload is complete when it is there.
    await this.#storing(() => this.store.putFile(storeKeys.uploadContent(id), upload.path));
    await this.unfinished.remove(id);
  }

  async #find(tenantId: string, id: string): Promise<UploadView | undefined> {
    const unfinished = await this.unfinished.find(id);
    if (unfinished !== undefined)
      return ofTenant(tenantId, unfinished, () => this.#unfinishedView(unfinished));
    const record = await this.#stored.find(id);
    if (record !== undefined) return ofTenant(tenantId, record, () => this.#stored.view(record));
    const begun = await this.direct.find(id);
    return begun === undefined ? undefined : ofTenant(tenantId, begun, () => this.#directView(begun));
  }

  #unfinishedView({ id, metadata, sizeBytes, offset, createdAt, lastByteAt }: UnfinishedUpload): UploadView {
    const expiresAt = lastByteAt + this.config.uploadHours * HOUR_MS;
    return { ...filenameOf(metadata), id, sizeBytes, offset, status: 'unfinished', createdAt, expiresAt };
  }

  async #directView(begun: DirectUploadRecord): Promise<UploadView | undefined> {
    const { id, metadata, sizeBytes, createdAt, expiresAt } = begun;
    const missing = await this.direct.missing(begun);
    if (missing === undefined) return undefined;
    const offset = missing.reduce((left, part) => left - part.sizeBytes, sizeBytes);
    return { ...filenameOf(metadata), id, sizeBytes, offset, status: 'unfinished', createdAt, expiresAt };
  }

  /** Of what is not, or not yet, an upload that jobs can take. */
  async #expiryOfRest(id: string, writtenAt: number): Promise<number> {
    const begun = await this.direct.find(id);
    return begun?.expiresAt ?? writtenAt + this.config.uploadHours * HOUR_MS;
  }

  /** @param isUnwanted asked when nobody writes the upload any more: it may have been completed until then */
  async #discard(id: string, isUnwanted = async (): Promise<boolean> => true): Promise<void> {
    const lock = this.locker.newLock(id);
    await lock.lock(new AbortController().signal, () => undefined);
    try {
      // What is half-way in the store would arrive there after its end.
      await this.#finishing.get(id)?.catch(() => undefined);
      if (await isUnwanted()) await this.#erase(id);
    } finally {
      await lock.unlock();
    }
  }

  async #erase(id: string): Promise<void> {
    await this.unfinished.remove(id);
    // First its parts, since what names them goes with the rest.
    await this.direct.abort(id);
    await this.store.deleteAll(storeKeys.upload(id));
  }

  #isOver({ expiresAt }: UploadView): boolean {
    return expiresAt !== undefined && expiresAt <= this.now();
  }

  #isPast(expiresAt: number): boolean {
    return expiresAt + GRACE_MS <= this.now();
  }
}

/** To other tenants it is as if it were not there. */
async function ofTenant(
  tenantId: string,
  found: { readonly tenantId: string },
  view: () => UploadView | Promise<UploadView | undefined>,
): Promise<UploadView | undefined> {
  return found.tenantId === tenantId ? await view() : undefined;
}
