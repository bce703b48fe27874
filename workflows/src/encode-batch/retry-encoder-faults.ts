import type { UnitResult } from '@framefold/domain';
import { isCancellation, log, sleep } from '@temporalio/workflow';
import { classOf, toFault } from '../faults.ts';
import { ENCODER_FAULT_RETRIES, encoderRetryDelaySeconds } from '../retry-policies.ts';

/**
 * Schedules a step that runs a media program again after encoder faults. The server can't do it: it has one policy for
 * an activity and it has to be patient with platform faults.
 *
 * @returns the step's result, and how often it had to be scheduled again
 * @throws the last fault after {@link ENCODER_FAULT_RETRIES} retries, and every other failure at once
 */
export async function retryEncoderFaults<T>(
  unit: string,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly retries: number }> {
  for (let retries = 0; ; retries += 1) {
    try {
      return { result: await run(), retries };
    } catch (error) {
      if (isCancellation(error)) throw error;
      const fault = toFault(error);
      if (classOf(fault) !== 'encoder' || retries === ENCODER_FAULT_RETRIES) throw error;
      const delaySeconds = encoderRetryDelaySeconds(retries + 1);
      log.warn('the encoder broke; trying again', {
        unit,
        code: fault.code,
        reason: fault.message,
        retry: retries + 1,
        delaySeconds,
      });
      await sleep(`${delaySeconds} seconds`, { summary: `${unit}: again after ${fault.code}` });
    }
  }
}

/** A unit's result with earlier schedulings among its attempts. */
export function countingRetries(result: UnitResult, retries: number): UnitResult {
  return { ...result, temporalAttempt: result.temporalAttempt + retries };
}
