import { createHash } from 'node:crypto';
import type { Config } from '@framefold/config';
import {
  DirectUploadRecord,
  missingParts,
  partBytesOf,
  storeKeys,
  UploadId,
  type UploadPart,
  UploadRecord,
  uploadUrl,
} from '@framefold/domain';
import type { DirectWrite, DirectWrites, ObjectStore } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG, STORE } from '../tokens.ts';
import { assertMedia } from './assert-media.ts';
import {
  type DirectUpload,
  type DirectUploadRequest,
  FEW_PARTS,
  type MissingParts,
  type MissingPartsQuery,
} from './direct-upload-schemas.ts';
import { newUploadId } from './upload-id.ts';

const HOUR_MS = 3_600_000;

/** A URL outlives the slow upload of a part, and not much else. */
const URL_SECONDS = 3600;

/**
 * The unfinished uploads that go straight into the store. All that is known of them lies there, so that every API
 * process can go on with each of them.
 */
@Injectable()
export class DirectUploads {
  constructor(
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws {ProblemError} UPLOAD_DIRECT_UNAVAILABLE, UPLOAD_TOO_LARGE, UPLOAD_KIND_REFUSED */
  async begin(tenantId: string, request: DirectUploadRequest): Promise<DirectUpload> {
    const writes = this.#writes();
    const { sizeBytes, sha256, filename, filetype } = request;
    const { uploadBytes } = this.config.limits;
    if (sizeBytes > uploadBytes)
      throw new ProblemError('UPLOAD_TOO_LARGE', `The file is larger than ${uploadBytes} bytes.`);
    const metadata = {
      ...(filename === undefined ? {} : { filename }),
      ...(filetype === undefined ? {} : { filetype }),
    };
    assertMedia(metadata);
    const id = newUploadId();
    const createdAt = this.now();
    const write = await writes.begin(storeKeys.uploadContent(id));
    const record: DirectUploadRecord = {
      ...{ id, tenantId, metadata, sizeBytes, createdAt, writeId: write.id },
      ...(sha256 === undefined ? {} : { sha256 }),
      expiresAt: createdAt + Math.min(this.config.uploadHours * HOUR_MS, writes.keptMs),
    };
    await this.store.put(storeKeys.directUpload(id), JSON.stringify(record));
    const all = missingParts(sizeBytes, []);
    return {
      ...{ id, sourceUrl: uploadUrl(id), sizeBytes, expiresAt: record.expiresAt },
      ...{ partBytes: partBytesOf(sizeBytes), partCount: all.length },
      ...(await this.#sign(record, all.slice(0, FEW_PARTS))),
    };
  }

  /** One that has begun and is perhaps complete meanwhile; undefined when there is none. */
  async find(id: string): Promise<DirectUploadRecord | undefined> {
    if (!UploadId.safeParse(id).success || this.store.direct === undefined) return undefined;
    const record = await this.store.get(storeKeys.directUpload(id));
    return record === undefined ? undefined : DirectUploadRecord.parse(JSON.parse(record.toString('utf8')));
  }

  /** The parts that have not arrived; undefined when the store has given the upload up. */
  async missing(record: DirectUploadRecord): Promise<UploadPart[] | undefined> {
    const arrived = await this.#writes().parts(writeOf(record));
    if (arrived !== undefined) return missingParts(record.sizeBytes, arrived);
    return (await this.store.head(storeKeys.uploadContent(record.id))) === undefined ? undefined : [];
  }

  /** The parts that have not arrived, with URLs; undefined when the store has given the upload up. */
  async signedParts(
    record: DirectUploadRecord,
    { after, limit }: Pick<MissingPartsQuery, 'after' | 'limit'>,
  ): Promise<MissingParts | undefined> {
    const missing = await this.missing(record);
    const wanted = missing?.filter(({ number }) => number > after).slice(0, limit);
    return wanted === undefined ? undefined : this.#sign(record, wanted);
  }

  /**
   * Makes an upload complete of which all parts have arrived; any other is left as it is. Each step may be repeated.
   *
   * @throws {ProblemError} UPLOAD_CHECKSUM_MISMATCH, and nothing is left of it then
   */
  async bringIn(id: string): Promise<void> {
    const begun = await this.find(id);
    if (begun === undefined || (await this.missing(begun))?.length !== 0) return;
    await this.#writes().join(writeOf(begun));
    if (!(await this.#isAsAnnounced(begun))) {
      await this.store.deleteAll(storeKeys.upload(id));
      throw new ProblemError(
        'UPLOAD_CHECKSUM_MISMATCH',
        'The file is not the one that was announced. The upload is removed.',
      );
    }
    const record: UploadRecord = {
      ...UploadRecord.omit({ completedAt: true }).parse(begun),
      completedAt: this.now(),
    };
    // The content is there already: the record is the commit.
    await this.store.put(storeKeys.uploadRecord(id), JSON.stringify(record));
    await this.store.delete(storeKeys.directUpload(id));
  }

  /** Gives up the parts of an upload, if it has any. */
  async abort(id: string): Promise<void> {
    const record = await this.find(id);
    if (record !== undefined) await this.#writes().abort(writeOf(record));
  }

  /** By what the store has, whatever the client may have sent. */
  async #isAsAnnounced({ id, sizeBytes, sha256 }: DirectUploadRecord): Promise<boolean> {
    const key = storeKeys.uploadContent(id);
    if ((await this.store.head(key))?.sizeBytes !== sizeBytes) return false;
    if (sha256 === undefined) return true;
    const hash = createHash('sha256');
    for await (const chunk of (await this.store.stream(key)) ?? []) hash.update(chunk as Buffer);
    return hash.digest('hex') === sha256;
  }

  async #sign(record: DirectUploadRecord, parts: readonly UploadPart[]): Promise<MissingParts> {
    const now = this.now();
    const leftSeconds = Math.ceil((record.expiresAt - now) / 1000);
    const expiresSeconds = Math.max(1, Math.min(URL_SECONDS, leftSeconds));
    const sign = async (part: UploadPart): Promise<MissingParts['parts'][number]> => {
      const url = await this.#writes().presign(writeOf(record), part, { expiresSeconds });
      return { ...part, url };
    };
    return { parts: await Promise.all(parts.map(sign)), urlsExpireAt: now + expiresSeconds * 1000 };
  }

  #writes(): DirectWrites {
    if (this.store.direct !== undefined) return this.store.direct;
    throw new ProblemError('UPLOAD_DIRECT_UNAVAILABLE', 'The store of this service is a folder.');
  }
}

function writeOf({ id, writeId }: DirectUploadRecord): DirectWrite {
  return { key: storeKeys.uploadContent(id), id: writeId };
}
