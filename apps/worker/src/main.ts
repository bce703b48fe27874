import { parseArgs } from 'node:util';
import { loadConfig } from '@framefold/config';
import { onStopRequest, parseRoles } from '@framefold/runtime';
import { createLogger } from '@framefold/telemetry';
import { runWorker } from './run-worker.ts';

const config = loadConfig();
const logger = createLogger({ level: config.logLevel, name: 'worker' });
const stop = new AbortController();
onStopRequest((reason) => {
  logger.info({ reason, drainSeconds: config.drainSeconds }, 'draining');
  stop.abort();
});

try {
  const { values } = parseArgs({
    options: { roles: { type: 'string', default: 'media,encode-cpu,encode-gpu' } },
  });
  await runWorker({ config, roles: parseRoles(values.roles), logger, signal: stop.signal });
  logger.info('stopped');
  // The IPC channel to the supervisor would keep the process alive.
  process.exit(0);
} catch (error) {
  logger.fatal({ err: error }, 'the worker cannot go on');
  process.exit(1);
}
