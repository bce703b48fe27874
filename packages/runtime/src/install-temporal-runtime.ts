import type { Logger } from '@framefold/telemetry';
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';

/** Buckets in seconds; the default ones end at a minute, which many encodes take. */
const ACTIVITY_BUCKETS_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

export interface TemporalRuntimeOptions {
  readonly logger: Logger;
  /** Port on 127.0.0.1 of the SDK's Prometheus metrics. */
  readonly metricsPort: number;
}

let installed = false;

/**
 * Sets up the SDK for this process: its logs into ours, its metrics for Prometheus, signals left to the program. A
 * process has one runtime: further calls change nothing.
 */
export function installTemporalRuntime({ logger, metricsPort }: TemporalRuntimeOptions): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: toTemporalLogger(logger),
    shutdownSignals: [],
    workerHeartbeatInterval: '10 seconds',
    telemetryOptions: {
      // A server that is still starting makes the core warn with every poll; what matters reaches us as an error.
      logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} },
      metrics: {
        prometheus: {
          bindAddress: `127.0.0.1:${metricsPort}`,
          countersTotalSuffix: true,
          useSecondsForDurations: true,
          histogramBucketOverrides: {
            activity_execution_latency: ACTIVITY_BUCKETS_SECONDS,
            activity_schedule_to_start_latency: ACTIVITY_BUCKETS_SECONDS,
            activity_succeed_endtoend_latency: ACTIVITY_BUCKETS_SECONDS,
          },
        },
      },
    },
  });
}

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/** Our logger in the form that the SDK writes to. */
export function toTemporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    // pino writes errors in full under `err`; the SDK gives them as `error`. Some of its numbers are bigints.
    const fields = Object.entries(meta).map(([key, value]) => [
      key === 'error' ? 'err' : key,
      typeof value === 'bigint' ? value.toString() : (value as unknown),
    ]);
    logger[LEVELS[level]](Object.fromEntries(fields), message);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}
