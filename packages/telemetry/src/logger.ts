import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger };

export interface LoggerOptions {
  /** The least severe level that is written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The part of Framefold that speaks, e.g. `worker`. */
  readonly name: string;
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** A logger that writes one JSON object a line, with the level by name and the time in ISO 8601. */
export function createLogger({ level, name, destination }: LoggerOptions): Logger {
  const options = {
    level,
    name,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
