import { createLogger } from './logger.ts';

function captured(level: 'debug' | 'info') {
  const lines: string[] = [];
  const logger = createLogger({
    level,
    name: 'worker',
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with level name and ISO time', () => {
    const { logger, entries } = captured('info');
    logger.info({ jobId: 'j' }, 'encoded');
    expect(entries()).toEqual([
      expect.objectContaining({ level: 'info', name: 'worker', jobId: 'j', msg: 'encoded' }),
    ]);
    expect(new Date(entries()[0]?.time as string).toISOString()).toBe(entries()[0]?.time);
  });

  it('leaves out what is below its level', () => {
    const { logger, entries } = captured('info');
    logger.debug('noise');
    expect(entries()).toEqual([]);
  });

  it('writes errors with their message and code', () => {
    const { logger, entries } = captured('debug');
    logger.error({ err: Object.assign(new Error('down'), { code: 'STORE_UNAVAILABLE' }) }, 'failed');
    expect(entries()[0]).toMatchObject({ err: { message: 'down', code: 'STORE_UNAVAILABLE' } });
  });
});
