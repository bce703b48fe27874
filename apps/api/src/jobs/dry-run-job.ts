import { createHash } from 'node:crypto';
import { toDryRun, type DryRun, type TranscodeRequest } from '@framefold/domain';
import type { Config } from '@framefold/config';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { LONGEST_WAIT_MS } from '../openapi/goes-on.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CONFIG } from '../tokens.ts';
import { claimUploads } from '../uploads/claim-uploads.ts';
import { Uploads } from '../uploads/uploads.ts';
import { assertWebhookUrl } from '../webhooks/assert-webhook-url.ts';
import { assertFiles } from './assert-files.ts';
import { assertPriority } from './assert-priority.ts';

/** Finished jobs that an estimate looks at. */
const PAST_JOBS = 100;

/** Of a tenant, through this API process: they take the places of jobs, and no quota counts them. */
const MOST_AT_ONCE = 4;

/** Says what a job would be, and starts none. */
@Injectable()
export class DryRunJob {
  /** Dry runs under way by their ids: whose they are, and whether their end is waited for here. */
  readonly #running = new Map<string, { readonly tenantId: string; awaited: boolean }>();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Refuses what a submission would refuse, and plans the rest. The same request again, while it is being looked at or
   * shortly after, is the same dry run.
   *
   * @returns undefined while the source is still being fetched or measured
   * @throws {ProblemError} VALIDATION_FAILED, UPLOAD_NOT_USABLE, PRIORITY_NOT_GRANTED, DRY_RUNS_EXCEEDED,
   *   TEMPORAL_UNAVAILABLE
   */
  async run(caller: Caller, request: TranscodeRequest): Promise<DryRun | undefined> {
    assertWebhookUrl(request, this.config.privateNetworks);
    assertFiles(request, this.config);
    assertPriority(caller, request.priority);
    const { catalogue, temporal } = this.backends;
    const { tenant } = caller;
    const id = idOf(tenant.id, request);
    // They are looked at now: nothing has to be kept for later.
    const uploads = {
      claim: (tenantId: string, uploadId: string) => this.uploads.nameOf(tenantId, uploadId),
    };
    const accepted = await claimUploads(uploads, { tenantId: tenant.id, by: id }, request);
    this.#begin(tenant.id, id);
    const result = await temporal
      .dryRun({ id, request: accepted, tenantId: tenant.id }, tenant.weight, LONGEST_WAIT_MS)
      .catch((error: unknown) => {
        this.#running.delete(id);
        throw error;
      });
    if (result === undefined) {
      this.#holdUntilEnd(id);
      return undefined;
    }
    this.#running.delete(id);
    const filter = { tenantId: tenant.id, status: ['completed' as const], limit: PAST_JOBS };
    const { jobs } = await catalogue.list(filter);
    return toDryRun(result.log, jobs);
  }

  /** @throws {ProblemError} DRY_RUNS_EXCEEDED */
  #begin(tenantId: string, id: string): void {
    if (this.#running.has(id)) return;
    const others = [...this.#running.values()].filter((run) => run.tenantId === tenantId);
    if (others.length >= MOST_AT_ONCE)
      throw new ProblemError('DRY_RUNS_EXCEEDED', `${others.length} dry runs of the tenant are under way.`, {
        headers: { 'Retry-After': '1' },
      });
    this.#running.set(id, { tenantId, awaited: false });
  }

  /** A client that was told to ask again may never do so. */
  #holdUntilEnd(id: string): void {
    const run = this.#running.get(id);
    if (run === undefined || run.awaited) return;
    run.awaited = true;
    void this.backends.temporal.dryRunEnded(id).then(() => {
      if (this.#running.get(id) === run) this.#running.delete(id);
    });
  }
}

/** The same for the same request of the same tenant. */
function idOf(tenantId: string, request: TranscodeRequest): string {
  const hash = createHash('sha256').update(JSON.stringify([tenantId, request]));
  return `dry-run-${hash.digest('hex').slice(0, 32)}`;
}
