import { suspicion, type EncodeEnd } from '@framefold/domain';
import type { Logger } from '@framefold/telemetry';
import type { Gate } from './gate.ts';

/** Pause before the first check of a suspected worker; after each that fails it is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** Encodes that are remembered: more than can ever count. */
const REMEMBERED = 100;

export interface QuarantineOptions {
  readonly gate: Gate;
  /** Tries the encoder out: why it can't be trusted, or undefined when it can. */
  readonly check: () => Promise<string | undefined>;
  readonly logger: Logger;
  /** Waits, so that tests need not. */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * Takes a worker out of service that seems to be sick, and back when it proves to be well: the files may have been at
 * fault, and a pool must not be stopped for long by whoever submits three bad ones.
 */
export class Quarantine {
  #ends: EncodeEnd[] = [];
  /** Jobs that failed here although the worker proved well: their files are at fault, and say nothing of it any more. */
  readonly #atFault = new Set<string>();
  #checking: Promise<void> | undefined;

  constructor(private readonly options: QuarantineOptions) {}

  /** Notes how an encode on this worker ended. */
  note(end: EncodeEnd): void {
    if (this.#atFault.has(end.jobId)) return;
    this.#ends = [...this.#ends, end].slice(-REMEMBERED);
    const reason = suspicion(this.#ends);
    if (reason !== undefined) this.begin(reason);
  }

  /** Takes the worker out of service until a check finds it well. */
  begin(reason: string): void {
    if (this.#checking !== undefined) return;
    const { gate, logger } = this.options;
    gate.close('quarantine', reason);
    logger.error({ reason }, 'this worker takes no more work until it proves well');
    this.#checking = this.#untilWell().finally(() => (this.#checking = undefined));
  }

  async #untilWell(): Promise<void> {
    const { gate, check, logger, pause = pauseFor } = this.options;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await pause(pauseMs);
      const fault = await check().catch(String);
      if (fault === undefined) break;
      gate.close('quarantine', fault);
      logger.error({ reason: fault }, 'this worker still takes no work');
    }
    for (const { jobId, code } of this.#ends) if (code !== undefined) this.#atFault.add(jobId);
    for (const jobId of [...this.#atFault].slice(0, -REMEMBERED)) this.#atFault.delete(jobId);
    this.#ends = [];
    gate.open('quarantine');
    logger.info('this worker takes work again: its trial encode went well');
  }
}

function pauseFor(ms: number): Promise<void> {
  // It must not keep a process alive that has nothing else to do.
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
