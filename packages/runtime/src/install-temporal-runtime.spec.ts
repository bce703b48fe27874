import { createLogger } from '@framefold/telemetry';
import { toTemporalLogger } from './install-temporal-runtime.ts';

it('writes what the SDK says as lines of ours', () => {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'worker',
    destination: { write: (line) => void lines.push(line) },
  });
  const temporal = toTemporalLogger(logger);
  temporal.warn('slow', { attempt: 2, size: 3n, error: new Error('down') });
  temporal.debug('noise');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: 'slow',
      attempt: 2,
      size: '3',
      err: expect.objectContaining({ message: 'down' }),
    }),
  ]);
});
