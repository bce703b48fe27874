import { soundLag, type Sound } from './sound-lag.ts';

const RATE_HZ = 48_000;

/** Two short rising tones, at 0.2 s and 1.2 s of its own. */
function beeps(startSeconds: number, more: { late?: number; secondLate?: number } = {}): Sound {
  const samples = Float32Array.from({ length: 2 * RATE_HZ }, (_, index) => {
    const at = index / RATE_HZ - (more.late ?? 0);
    const since = [at - 0.2, at - 1.2 - (more.secondLate ?? 0)].find((time) => time >= 0 && time < 0.1);
    return since === undefined ? 0 : 0.4 * Math.sin(2 * Math.PI * (600 + 3000 * since) * since);
  });
  return { startSeconds, samples };
}

describe('how one sound lags behind another', () => {
  it.each([
    ['not at all', beeps(0), 0, 0],
    [
      'where its file begins earlier',
      {
        startSeconds: -0.5,
        samples: new Float32Array([...new Float32Array(RATE_HZ / 2), ...beeps(0).samples]),
      },
      0,
      0,
    ],
    ['late', beeps(0, { late: 0.02 }), 0.02, 0.02],
    ['early', beeps(0, { late: -0.005 }), -0.005, -0.005],
    ['by the start of its file', beeps(0.03), 0.03, 0.03],
    ['at its end alone', beeps(0, { secondLate: 0.025 }), 0, 0.025],
  ])('%s', (_, made, start, end) => {
    const lag = soundLag(beeps(0), made);
    expect(lag?.start).toBeCloseTo(start, 4);
    expect(lag?.end).toBeCloseTo(end, 4);
  });

  it('says nothing of silence, and refuses what is something else', () => {
    const silence = { startSeconds: 0, samples: new Float32Array(RATE_HZ) };
    expect(soundLag(silence, beeps(0))).toBeUndefined();
    expect(() => soundLag(beeps(0), silence)).toThrow('not alike');
  });
});
