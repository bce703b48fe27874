import type { UnitResult } from '@framefold/domain';
import { isCancellation, log, sleep } from '@temporalio/workflow';
import { classOf, toFault, type Fault } from '../faults.ts';
import { ENCODER_FAULT_RETRIES, encoderRetryDelaySeconds } from '../retry-policies.ts';

/**
 * Schedules a unit of encode work again after encoder faults. The server can't do it: it has one policy for an activity
 * and it has to be patient with platform faults. WORKER_LOST is final as it comes: the activity itself counts the
 * attempts that died, by their records.
 *
 * @returns the unit's result, with earlier schedulings among its attempts
 * @throws the last fault after {@link ENCODER_FAULT_RETRIES} retries, and every other failure at once
 */
export async function retryEncoderFaults(
  unit: string,
  encode: () => Promise<UnitResult>,
): Promise<UnitResult> {
  for (let retries = 0; ; retries += 1) {
    try {
      const result = await encode();
      return { ...result, temporalAttempt: result.temporalAttempt + retries };
    } catch (error) {
      if (isCancellation(error)) throw error;
      const fault = toFault(error);
      if (!deservesRetry(fault) || retries === ENCODER_FAULT_RETRIES) throw error;
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

function deservesRetry(fault: Fault): boolean {
  return classOf(fault) === 'encoder' && fault.code !== 'WORKER_LOST';
}
