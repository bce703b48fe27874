import { createLogger } from '@framefold/telemetry';
import { Gate } from './gate.ts';
import { Quarantine } from './quarantine.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

function arrange(faults: (string | undefined)[]) {
  const gate = new Gate();
  const pauses: number[] = [];
  const resume: (() => void)[] = [];
  const lines: string[] = [];
  const quarantine = new Quarantine({
    gate,
    check: async () => faults.shift(),
    logger: createLogger({
      level: 'info',
      name: 'test',
      destination: { write: (line) => void lines.push(line) },
    }),
    pause: (ms) => {
      pauses.push(ms);
      return new Promise((resolve) => resume.push(resolve));
    },
  });
  const crash = (jobId: string) => quarantine.note({ jobId, kind: 'encodeChunk', code: 'ENCODER_CRASHED' });
  const next = async () => {
    resume.shift()?.();
    await settle();
  };
  return { gate, pauses, quarantine, crash, next, lines };
}

describe('Quarantine', () => {
  it('takes a worker out of service that fails different jobs, says why, and back when a check finds it well', async () => {
    const { gate, crash, next, lines } = arrange([undefined]);
    crash('a');
    crash('b');
    expect(gate.isOpen()).toBe(true);
    crash('c');
    expect(gate.reasons).toEqual(['Encodes of 3 different jobs failed here in a row (encodeChunk).']);
    expect(lines.join()).toContain('3 different jobs');
    await next();
    expect(gate.isOpen()).toBe(true);
    crash('d');
    expect(gate.isOpen()).toBe(true);
  });

  it('keeps a sick one out for longer and longer', async () => {
    const { gate, crash, next, pauses } = arrange(['no frames', 'no frames', undefined]);
    for (const job of ['a', 'b', 'c']) crash(job);
    await next();
    expect(gate.reasons).toEqual(['no frames']);
    await next();
    await next();
    expect(gate.isOpen()).toBe(true);
    expect(pauses).toEqual([10_000, 20_000, 40_000]);
  });

  it('does not suspect the worker again for jobs that failed before it proved well', async () => {
    const { gate, crash, next, pauses } = arrange([undefined, undefined]);
    for (const job of ['a', 'b', 'c']) crash(job);
    await next();
    for (const job of ['a', 'b', 'c', 'd', 'e']) crash(job);
    expect(gate.isOpen()).toBe(true);
    crash('f');
    expect(gate.isOpen()).toBe(false);
    await next();
    expect(pauses).toEqual([10_000, 10_000]);
  });
});
