import { loadConfig } from '@framefold/config';
import { onStopRequest } from '@framefold/runtime';
import { createLogger } from '@framefold/telemetry';
import { runApi } from './start/run-api.ts';

const config = loadConfig();
const logger = createLogger({ level: config.logLevel, name: 'control' });
const stop = new AbortController();
onStopRequest((reason) => {
  logger.info({ reason }, 'stopping');
  stop.abort();
});

try {
  await runApi({ config, logger, signal: stop.signal });
  logger.info('stopped');
  // The IPC channel to the supervisor would keep the process alive.
  process.exit(0);
} catch (error) {
  logger.fatal({ err: error }, 'the control process cannot go on');
  process.exit(1);
}
