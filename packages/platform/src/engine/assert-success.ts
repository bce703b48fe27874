import { CodedError } from '@framefold/domain';
import type { ProcessLimits } from '../limits/resource-control.ts';
import type { CommandResult } from '../process/process-runner.ts';

/** ffmpeg's exit status for AVERROR_INVALIDDATA, what `-xerror` ends with when a frame does not decode. */
export const EXIT_INVALID_DATA = 183;

/**
 * Turns the way in which ffmpeg ended into a fault, if it is one.
 *
 * @param limits under which it ran
 * @param what it was to do, for the sentence
 * @throws {CodedError} ENCODER_TIMED_OUT, ENCODER_OUT_OF_MEMORY, ENCODER_OUT_OF_DISK or ENCODER_CRASHED
 */
export function assertSuccess(result: CommandResult, limits: ProcessLimits | undefined, what: string): void {
  if (result.exitCode === 0 && result.exceeded === undefined) return;
  const { exitCode, exitSignal: signal, wallSeconds, usage } = result;
  const detail = { stderr: result.stderr.slice(-4096), exitCode, signal, wallSeconds, ...usage };
  switch (result.exceeded) {
    case 'time':
      throw new CodedError(
        'ENCODER_TIMED_OUT',
        `ffmpeg took longer than allowed for ${what}: ${wallSeconds.toFixed(1)} s.`,
        detail,
      );
    case 'memory':
      throw new CodedError(
        'ENCODER_OUT_OF_MEMORY',
        `ffmpeg used ${inMb(usage.peakMemoryBytes)} MB of memory for ${what}; ${inMb(limits?.memoryBytes)} MB are allowed.`,
        detail,
      );
    case 'disk':
      throw new CodedError(
        'ENCODER_OUT_OF_DISK',
        `ffmpeg wrote ${inMb(usage.peakDiskBytes)} MB for ${what}; ${inMb(limits?.diskBytes)} MB are allowed.`,
        detail,
      );
    case undefined: {
      const how = signal === undefined ? `status ${exitCode}` : `signal ${signal}`;
      throw new CodedError('ENCODER_CRASHED', `ffmpeg ended with ${how} on ${what}.`, detail);
    }
  }
}

function inMb(bytes = 0): number {
  return Math.round(bytes / 1024 ** 2);
}
