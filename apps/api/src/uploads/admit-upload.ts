import type { Tenant } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import { Uploads, type UploadSize } from './uploads.ts';

/** Holds tenants' uploads to their quota of storage. */
@Injectable()
export class AdmitUpload {
  /** Forms on their way, by the ids of their uploads: until their end nothing else tells their sizes. */
  readonly #receiving = new Map<string, UploadSize>();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Holds an upload that is to begin against what its tenant's quota leaves beside all output and other uploads, with
   * the sizes that were announced of those that are not complete. Two that begin at the same moment do not see each
   * other and may both pass; unfinished ones by tus or form count in the API process that has them.
   *
   * @throws {ProblemError} QUOTA_EXCEEDED
   */
  async assertQuota(tenant: Tenant, sizeBytes: number): Promise<void> {
    const limit = tenant.quotas.storageBytes;
    // Who has no quota is not counted, and can upload while the catalogue is away.
    if (limit === undefined) return;
    const { storedBytes } = await this.backends.access.standing(tenant.id, this.now());
    const uploads = new Map([...this.#receiving, ...(await this.uploads.sizes())]);
    const used = [...uploads.values()]
      .filter(({ tenantId }) => tenantId === tenant.id)
      .reduce((sum, upload) => sum + upload.sizeBytes, storedBytes);
    if (used + sizeBytes <= limit) return;
    const sentence = `The tenant ${tenant.id} may have ${limit} bytes of output and uploads, and has ${used}: there is no room for ${sizeBytes} more.`;
    throw new ProblemError('QUOTA_EXCEEDED', sentence, { members: { quota: 'storageBytes', limit, used } });
  }

  /**
   * Receives a form if the quota has room for it ({@link assertQuota}), and counts it from then on.
   *
   * @param id of its upload
   * @param sizeBytes at most
   * @throws {ProblemError} QUOTA_EXCEEDED; whatever `receive` throws
   */
  async receiveForm<T>(tenant: Tenant, id: string, sizeBytes: number, receive: () => Promise<T>): Promise<T> {
    await this.assertQuota(tenant, sizeBytes);
    this.#receiving.set(id, { tenantId: tenant.id, sizeBytes });
    try {
      return await receive();
    } finally {
      this.#receiving.delete(id);
    }
  }
}
