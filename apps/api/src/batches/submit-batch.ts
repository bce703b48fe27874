import { setImmediate as breathe } from 'node:timers/promises';
import type { Config } from '@framefold/config';
import {
  batchOf,
  type BatchHeader,
  type BatchManifest,
  type BatchRequestBody,
  type FieldIssue,
  resolveEntry,
  storeKeys,
  type TranscodeRequest,
} from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { assertFiles } from '../jobs/assert-files.ts';
import { assertPriority } from '../jobs/assert-priority.ts';
import { bindKey, keyOfTenant, type Meaning } from '../jobs/idempotency-key.ts';
import { headerWithoutDefaults, requestWithoutDefaults } from '../jobs/without-defaults.ts';
import { validationProblem } from '../problem/validation-problem.ts';
import { CLOCK, type Clock, CONFIG, STORE } from '../tokens.ts';
import { claimingTogether, claimUploads } from '../uploads/claim-uploads.ts';
import { Uploads } from '../uploads/uploads.ts';
import { assertWebhookUrl } from '../webhooks/assert-webhook-url.ts';
import type { SubmittedBatch } from './batch-schemas.ts';

/** Entries that are checked before others have their turn on this thread. */
const ENTRIES_A_TURN = 100;

/** Takes a batch in. From the moment its workflow is started it is Temporal's and can't be lost. */
@Injectable()
export class SubmitBatch {
  readonly #logger = new Logger('submit');

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Starts a batch once all of its entries are found to be right, or finds the one that the key was used for.
   *
   * Quotas hold the jobs back when they are started, not the batch.
   *
   * @throws {ProblemError} VALIDATION_FAILED, UPLOAD_NOT_USABLE, PRIORITY_NOT_GRANTED, IDEMPOTENCY_KEY_REUSED,
   *   TEMPORAL_UNAVAILABLE, NOT_READY
   * @throws {CodedError} STORE_UNAVAILABLE, STORE_FULL, CATALOGUE_UNAVAILABLE
   */
  async submit(caller: Caller, body: BatchRequestBody, key: string | undefined): Promise<SubmittedBatch> {
    const { catalogue, temporal } = this.backends;
    const { defaults: _, ...header } = body;
    const content = { ...header, jobs: await resolveAll(body) };
    const { tenant } = caller;
    assertWebhookUrl(content, this.config.privateNetworks);
    for (const [index, request] of content.jobs.entries()) {
      assertWebhookUrl(request, this.config.privateNetworks, placeOf(index));
      assertFiles(request, this.config, placeOf(index));
      assertPriority(caller, request.priority, placeOf(index));
    }
    const submittedAt = this.now();
    const own = uuidv7({ msecs: submittedAt });
    const batchId =
      key === undefined
        ? own
        : await bindKey(catalogue, keyOfTenant(tenant.id, key), own, await meaningOf(content));
    const known = batchId === own ? undefined : await catalogue.batches.get(batchId);
    if (known !== undefined) return answer(batchId, known.batch.jobs);

    const { title, webhookUrl, ...rest } = content;
    const uploads = claimingTogether(this.uploads);
    const taker = { tenantId: tenant.id, by: batchId };
    const accepted: TranscodeRequest[] = [];
    for (const [index, request] of content.jobs.entries())
      accepted.push(await claimUploads(uploads, taker, request, placeOf(index)));
    const manifest: BatchManifest = {
      ...{ batchId, tenantId: tenant.id, submittedAt, ...rest, jobs: accepted },
      ...(title === undefined ? {} : { title }),
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
    };
    const jobs = manifest.jobs.length;
    // Who comes again after a crash finds what was written first: the jobs' first events follow from it.
    await this.store.putIfAbsent(storeKeys.batchManifest(batchId), JSON.stringify(manifest));
    await temporal.startBatch({ batchId, jobs });
    try {
      await catalogue.batches.add(batchOf(manifest));
    } catch (error) {
      // The batch runs, and its workflow adds it as soon as the catalogue is back.
      this.#logger.warn(`Batch ${batchId} is started but not in the catalogue yet: ${String(error)}`);
    }
    return answer(batchId, jobs);
  }
}

/** How what is wrong with a job is named: by its place from 0. */
function placeOf(index: number): string {
  return `jobs[${index}].`;
}

function answer(batchId: string, jobs: number): SubmittedBatch {
  return { batchId, status: 'running', jobs };
}

/** @throws {ProblemError} VALIDATION_FAILED with the paths of all that is wrong */
async function resolveAll(body: BatchRequestBody): Promise<TranscodeRequest[]> {
  const requests: TranscodeRequest[] = [];
  const issues: FieldIssue[] = [];
  for (const [index, entry] of body.jobs.entries()) {
    if (index % ENTRIES_A_TURN === 0) await breathe();
    const resolved = resolveEntry(entry, index, body);
    if (resolved.ok) requests.push(resolved.request);
    else issues.push(...resolved.issues);
  }
  if (issues.length > 0) throw validationProblem(issues);
  return requests;
}

/** As requests of jobs have it; no batch has that of a job. Thousands of entries take turns with others on this thread. */
async function meaningOf({ jobs, ...header }: BatchHeader & Pick<BatchManifest, 'jobs'>): Promise<Meaning> {
  const said: object[] = [];
  for (const [index, request] of jobs.entries()) {
    if (index % ENTRIES_A_TURN === 0) await breathe();
    said.push(requestWithoutDefaults(request));
  }
  return {
    text: `batch ${JSON.stringify({ ...headerWithoutDefaults(header), jobs: said })}`,
    former: () => `batch ${JSON.stringify({ ...header, jobs })}`,
  };
}
