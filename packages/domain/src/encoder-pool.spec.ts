import { chooseHardwareEncoder, hasProved, takesWork } from './encoder-pool.ts';
import { workerReport } from './testing/builders.ts';
import type { WorkerReport } from './worker-report.ts';

const NOW = 100_000;
const QUEUE = 'framefold-encode-gpu';

const worker = (encoders: readonly string[], fields: Partial<WorkerReport> = {}): WorkerReport =>
  workerReport({
    queues: [QUEUE],
    lastHeartbeat: NOW,
    proved: encoders.map((name) => ({ name, device: 'gpu-0', works: true })),
    ...fields,
  });

describe('takesWork', () => {
  it.each<[boolean, string, Partial<WorkerReport>]>([
    [true, 'idle', {}],
    [true, 'busy', { status: 'busy' }],
    [true, 'heard of half a minute ago', { lastHeartbeat: NOW - 30_000 }],
    [false, 'silent', { lastHeartbeat: NOW - 30_001 }],
    [false, 'starting', { status: 'starting' }],
    [false, 'quarantined', { status: 'quarantined' }],
    [false, 'draining', { status: 'draining' }],
    [false, 'of another queue', { queues: ['framefold-encode-gpu-live'] }],
  ])('is %p of a worker that is %s', (expected, _, fields) => {
    expect(takesWork(worker([], fields), QUEUE, NOW)).toBe(expected);
  });
});

describe('hasProved', () => {
  it('goes by any device on which the encoder works', () => {
    const proved = (works: readonly boolean[]): WorkerReport =>
      workerReport({
        proved: works.map((one, index) => ({ name: 'h264_qsv', device: `gpu-${index}`, works: one })),
      });
    expect(hasProved(proved([false, true]), 'h264_qsv')).toBe(true);
    expect(hasProved(proved([false, false]), 'h264_qsv')).toBe(false);
    expect(hasProved(proved([true]), 'h264_nvenc')).toBe(false);
  });
});

describe('chooseHardwareEncoder', () => {
  it.each<[string, readonly WorkerReport[], string | undefined]>([
    ['nobody', [], undefined],
    ['software alone', [worker(['libx264'])], undefined],
    ['one', [worker(['libx264', 'h264_vaapi'])], 'h264_vaapi'],
    ['most workers', [worker(['h264_nvenc']), worker(['h264_qsv']), worker(['h264_qsv'])], 'h264_qsv'],
    ['as many of several', [worker(['h264_vaapi', 'h264_qsv']), worker(['h264_nvenc'])], 'h264_nvenc'],
    [
      'several devices of one worker',
      [worker(['h264_qsv', 'h264_qsv']), worker(['h264_nvenc'])],
      'h264_nvenc',
    ],
    ['a silent worker', [worker(['h264_nvenc'], { lastHeartbeat: 0 })], undefined],
  ])('by %s', (_, reports, expected) => {
    expect(chooseHardwareEncoder(reports, QUEUE, NOW)).toBe(expected);
  });
});
