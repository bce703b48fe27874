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

/** A tone that never repeats itself, from time zero on. */
function hum(seconds: number): Sound {
  const samples = Float32Array.from({ length: seconds * RATE_HZ }, (_, index) => {
    const at = index / RATE_HZ;
    return 0.4 * Math.sin(2 * Math.PI * (600 + 150 * at) * at);
  });
  return { startSeconds: 0, samples };
}

function padded({ startSeconds, samples }: Sound, count: number): Sound {
  return { startSeconds, samples: new Float32Array([...samples, ...new Float32Array(count)]) };
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
    expect(lag?.silence).toBeCloseTo(end, 4);
  });

  it('misses an end that is not there', () => {
    const ten = hum(10);
    expect(() => soundLag(ten, hum(4))).toThrow('not alike');
    expect(soundLag(ten, hum(9.95))?.silence).toBeCloseTo(-0.05, 3);
    expect(soundLag(hum(9.95), ten)?.silence).toBeCloseTo(0.05, 3);
    // Silence behind it, as of an encoder's last block, is no sound.
    expect(soundLag(hum(4), padded(hum(4), 1024))?.silence).toBe(0);
  });

  it('misses a beginning that is not there', () => {
    const late = { startSeconds: 4, samples: hum(10).samples.subarray(4 * RATE_HZ) };
    expect(() => soundLag(hum(10), late)).toThrow('not alike');
  });

  it('takes of the source what is wanted of it', () => {
    expect(soundLag(hum(10), hum(4), 4)).toEqual({ start: 0, end: 0, silence: 0 });
    expect(soundLag(hum(10), hum(4.1), 4)?.silence).toBeCloseTo(0.1, 3);
    expect(soundLag(beeps(0), hum(1), 0.1)).toBeUndefined();
  });

  it('says nothing of silence, and refuses what is something else', () => {
    const silence = { startSeconds: 0, samples: new Float32Array(RATE_HZ) };
    expect(soundLag(silence, beeps(0))).toBeUndefined();
    expect(() => soundLag(beeps(0), silence)).toThrow('not alike');
  });
});
