import { CodedError } from '@framefold/domain';
import { constantFrameRate, decodeScanner, isComplete, packetScanner, toFrameTable } from './frame-table.ts';

const scanOf = (...lines: string[]) => {
  const scanner = packetScanner();
  lines.forEach(scanner.push);
  return scanner.done();
};
const TIME_BASE = { num: 1, den: 24 };

describe('packetScanner and toFrameTable', () => {
  it('orders packets by presentation and keeps the keyframes', () => {
    const table = toFrameTable(scanOf('0,1,K__', '3,1,___', '1,1,___', '2,1,___', '4,2,K__'), TIME_BASE, 5);
    expect(table).toEqual({
      timeBase: TIME_BASE,
      pts: [0, 1, 2, 3, 4],
      keyframes: [0, 4],
      lastDurationPts: 2,
    });
  });

  it('leaves out packets that an edit list hides, and counts them as present', () => {
    expect(toFrameTable(scanOf('-1,1,KD_', '0,1,K__'), TIME_BASE, 2).pts).toEqual([0]);
  });

  it.each([
    ['frames are missing', scanOf('0,1,K__'), 2, /1 of 2/],
    ['a packet is cut off', scanOf('0,1,K__', '1,1,__C'), 2, /1 of 2/],
    ['there is no frame', scanOf(), undefined, /no frame/],
  ])('refuses a source of which %s', (_, scan, promised, message) => {
    const attempt = () => toFrameTable(scan, TIME_BASE, promised);
    expect(attempt).toThrow(CodedError);
    expect(attempt).toThrow(message);
  });

  it('takes the last frame to last as long as the one before where the container does not say', () => {
    expect(toFrameTable(scanOf('0,N/A,K__', '5,N/A,___'), TIME_BASE, undefined).lastDurationPts).toBe(5);
  });

  it.each([
    ['times are missing', ['N/A,1,K__', '1,1,___'], false],
    ['two packets share a time', ['0,1,K__', '0,1,___'], false],
    ['all is there', ['0,1,K__', '1,1,___'], true],
  ])('asks for a decode scan unless the packets tell everything: %s', (_, lines, complete) => {
    expect(isComplete(scanOf(...lines))).toBe(complete);
  });
});

describe('decodeScanner', () => {
  it('reads the frames of framecrc', () => {
    const scanner = decodeScanner();
    [
      '#tb 0: 1001/24000',
      '0,          0,          0,        1,      424, 0x412f16e5',
      '0, 3, 3, 1, 424, 0xa3661382',
    ].forEach(scanner.push);
    expect(scanner.done().frames.map((frame) => frame.pts)).toEqual([0, 3]);
  });
});

describe('constantFrameRate', () => {
  const rateOf = (pts: number[], timeBase: { num: number; den: number }) =>
    constantFrameRate({ timeBase, pts, keyframes: [0], lastDurationPts: 1 });

  it.each([
    ['exact 24', [0, 512, 1024], { num: 1, den: 12_288 }, { num: 24, den: 1 }],
    ['NTSC', [0, 1001, 2002], { num: 1, den: 30_000 }, { num: 30_000, den: 1001 }],
    [
      'rounded to milliseconds',
      Array.from({ length: 100 }, (_, frame) => Math.round(frame / 0.03)),
      { num: 1, den: 1000 },
      { num: 30, den: 1 },
    ],
    ['12.5', [0, 7200, 14_400], { num: 1, den: 90_000 }, { num: 12_500, den: 1000 }],
  ])('recognises %s', (_, pts, timeBase, rate) => {
    expect(rateOf(pts, timeBase)).toEqual(rate);
  });

  it('says nothing of irregular timing', () => {
    expect(rateOf([0, 3, 4, 5], { num: 1001, den: 24_000 })).toBeUndefined();
  });
});
