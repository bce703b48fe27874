import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';

const silent = (): void => undefined;

/** An activity's surroundings for specs, without the log lines by which Temporal reports each failure. */
export function quietEnvironment(info: Partial<Info> = {}): MockActivityEnvironment {
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  return new MockActivityEnvironment(info, { logger });
}
