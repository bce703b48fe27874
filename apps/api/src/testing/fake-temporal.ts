import type { LiveUnit, PoolState } from '@framefold/domain';
import type { TranscodeJobInput } from '@framefold/workflows/contract';
import type { CancelOutcome, TemporalGateway } from '../temporal/temporal-gateway.ts';

/** Temporal as the API sees it: remembers what it was asked, answers what it was told. */
export class FakeTemporal implements TemporalGateway {
  readonly started: TranscodeJobInput[] = [];
  readonly live = new Map<string, readonly LiveUnit[]>();
  /** Every call throws this while it is set. */
  failure: Error | undefined;
  hindrance: string | undefined;
  poolState: PoolState = { workers: [], queues: [] };
  /** How often the pool was asked for. */
  poolCalls = 0;
  onCancel: (jobId: string) => Promise<CancelOutcome> = async () => 'not-found';

  async startJob(input: TranscodeJobInput): Promise<void> {
    this.#failIfTold();
    if (!this.started.some(({ jobId }) => jobId === input.jobId)) this.started.push(input);
  }

  async cancelJob(jobId: string): Promise<CancelOutcome> {
    this.#failIfTold();
    return this.onCancel(jobId);
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
