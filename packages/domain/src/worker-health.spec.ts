import { suspicion, type EncodeEnd } from './worker-health.ts';

const ends = (text: string): EncodeEnd[] =>
  text.split(' ').map((entry) => {
    const [jobId = '', how, kind = 'picture'] = entry.split(':');
    const codes = {
      crash: 'ENCODER_CRASHED',
      bad: 'ENCODER_OUTPUT_INVALID',
      memory: 'ENCODER_OUT_OF_MEMORY',
    } as const;
    return how === 'ok' ? { jobId, kind } : { jobId, kind, code: codes[how as keyof typeof codes] };
  });

describe('suspicion', () => {
  it.each([
    ['failures of three jobs', 'a:ok a:crash b:crash c:bad', true],
    ['a success between them', 'a:crash b:crash a:ok c:crash', false],
    ['one job that fails again and again', 'a:crash a:crash a:crash a:crash', false],
    ['jobs that met their own limits', 'a:memory b:memory c:memory d:memory', false],
    ['limits between failures', 'a:crash b:memory b:crash c:crash', true],
    ['two jobs', 'a:crash b:crash a:crash', false],
    ['sound that goes well between them', 'a:crash a:ok:sound b:crash b:ok:sound c:crash', true],
    ['failures of different kinds', 'a:crash b:crash:gpu c:crash:sound', false],
  ])('is told of %s: %s', (_, history, expected) => {
    expect(suspicion(ends(history)) !== undefined).toBe(expected);
  });

  it('has nothing to go by before the first encode', () => {
    expect(suspicion([])).toBeUndefined();
  });
});
