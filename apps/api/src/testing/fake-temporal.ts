import type { LiveUnit, PoolState } from '@framefold/domain';
import type { NewEvent } from '@framefold/domain';
import type { DueRun } from '@framefold/platform';
import type {
  DryRunInput,
  DryRunResult,
  TranscodeBatchInput,
  TranscodeJobInput,
} from '@framefold/workflows/contract';
import type { KnownWorkflow } from '../temporal/jobs-of-temporal.ts';
import type {
  CancelOutcome,
  ControlOutcome,
  JobControl,
  TemporalGateway,
} from '../temporal/temporal-gateway.ts';

/** Temporal as the API sees it: remembers what it was asked, answers what it was told. */
export class FakeTemporal implements TemporalGateway {
  readonly started: TranscodeJobInput[] = [];
  /** What jobs were told, and what they say to it. */
  readonly controls: [jobId: string, control: JobControl][] = [];
  controlOutcome: ControlOutcome = { answer: { status: 'transcoding', paused: false } };
  readonly dryRuns: DryRunInput[] = [];
  /** Undefined: it goes on. */
  dryRunResult: DryRunResult | undefined;
  /** What ends dry runs whose end is waited for, by their ids. */
  readonly dryRunsGoingOn = new Map<string, () => void>();
  readonly deliveries: DueRun[] = [];
  /** Of the tenants of what was started. */
  readonly weights: number[] = [];
  readonly batches: TranscodeBatchInput[] = [];
  /** The logs of jobs by their histories, and whether they run. */
  readonly histories = new Map<string, { readonly running: boolean; readonly log: readonly NewEvent[] }>();
  /** The first runs of deliveries that it knows. */
  readonly deliveryRuns = new Map<string, { readonly running: boolean }>();
  readonly live = new Map<string, readonly LiveUnit[]>();
  /** Every call throws this while it is set. */
  failure: Error | undefined;
  hindrance: string | undefined;
  poolState: PoolState = { workers: [], queues: [] };
  /** How often the pool was asked for. */
  poolCalls = 0;
  onCancel: (jobId: string) => Promise<CancelOutcome> = async () => 'not-found';

  async startJob(input: TranscodeJobInput, weight: number): Promise<void> {
    this.#failIfTold();
    if (this.started.some(({ jobId }) => jobId === input.jobId)) return;
    this.started.push(input);
    this.weights.push(weight);
  }

  async startAgain(input: TranscodeJobInput & { readonly run: number }): Promise<void> {
    this.#failIfTold();
    this.started.push(input);
  }

  async dryRun(input: DryRunInput): Promise<DryRunResult | undefined> {
    this.#failIfTold();
    this.dryRuns.push(input);
    return this.dryRunResult;
  }

  dryRunEnded(id: string): Promise<void> {
    return new Promise((resolve) => void this.dryRunsGoingOn.set(id, resolve));
  }

  async startDelivery(run: DueRun): Promise<void> {
    this.#failIfTold();
    this.deliveries.push(run);
  }

  async startBatch(input: TranscodeBatchInput): Promise<void> {
    this.#failIfTold();
    if (!this.batches.some(({ batchId }) => batchId === input.batchId)) this.batches.push(input);
  }

  async cancelBatch(batchId: string, _: number, onAsked: () => Promise<void>): Promise<CancelOutcome> {
    const outcome = await this.cancelJob(batchId);
    if (outcome !== 'not-found') await onAsked();
    return outcome;
  }

  async requestCancel(jobId: string): Promise<boolean> {
    return (await this.cancelJob(jobId)) === 'still-running';
  }

  async *knownJobs(): AsyncIterable<KnownWorkflow> {
    this.#failIfTold();
    for (const [jobId, { running }] of this.histories) yield { jobId, running };
  }

  async anyRuns(ids: readonly string[]): Promise<boolean> {
    this.#failIfTold();
    return ids.some((id) => this.histories.get(id)?.running === true);
  }

  async jobRuns(jobId: string): Promise<boolean> {
    return this.anyRuns([jobId]);
  }

  async knowsBatch(batchId: string): Promise<boolean> {
    this.#failIfTold();
    return this.batches.some((batch) => batch.batchId === batchId);
  }

  async hasDeliveryEnded(id: string): Promise<boolean> {
    this.#failIfTold();
    return this.deliveryRuns.get(id)?.running === false;
  }

  async historyLog(jobId: string): Promise<readonly NewEvent[]> {
    this.#failIfTold();
    return this.histories.get(jobId)?.log ?? [];
  }

  async cancelJob(jobId: string): Promise<CancelOutcome> {
    this.#failIfTold();
    return this.onCancel(jobId);
  }

  async controlJob(jobId: string, control: JobControl): Promise<ControlOutcome> {
    this.#failIfTold();
    this.controls.push([jobId, control]);
    return this.controlOutcome;
  }

  async liveUnits(jobId: string): Promise<readonly LiveUnit[]> {
    this.#failIfTold();
    const units = this.live.get(jobId);
    if (units === undefined) throw new Error(`There is no workflow of ${jobId}.`);
    return units;
  }

  async obstacle(): Promise<string | undefined> {
    this.#failIfTold();
    return this.hindrance;
  }

  async pool(): Promise<PoolState> {
    this.poolCalls += 1;
    this.#failIfTold();
    return this.poolState;
  }

  #failIfTold(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
