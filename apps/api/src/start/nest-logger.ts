import type { Logger } from '@framefold/telemetry';
import type { LoggerService } from '@nestjs/common';

/** Our logger in the form that Nest writes to: `(message, ...details, context)`. */
export function nestLogger(logger: Logger): LoggerService {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.at(-1);
      const stack = rest.length > 1 ? rest[0] : undefined;
      logger[level]({ context, ...(stack === undefined ? {} : { stack }) }, String(message));
    };
  // What Nest logs of its start (each route, each module) is of no use to an operator.
  return { log: at('debug'), error: at('error'), warn: at('warn'), debug: at('debug'), fatal: at('fatal') };
}
