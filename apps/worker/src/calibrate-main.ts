// Measures this machine for `framefold config recommend`: the result is the last line of stdout, as JSON.
import { loadConfig } from '@framefold/config';
import { createLogger } from '@framefold/telemetry';
import { calibrate } from './calibrate.ts';

const logger = createLogger({ level: 'error', name: 'calibrate', destination: process.stderr });
const result = await calibrate(loadConfig(), logger, (line) => void process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
