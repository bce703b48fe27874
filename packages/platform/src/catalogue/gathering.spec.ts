import { gathering } from './gathering.ts';

describe('gathering', () => {
  let asked: (readonly number[])[];
  let answer: ((failure?: Error) => void)[];
  let double: (key: number) => Promise<number | undefined>;
  beforeEach(() => {
    asked = [];
    answer = [];
    double = gathering((keys) => {
      asked.push(keys);
      return new Promise((resolve, reject) => {
        answer.push((failure) => {
          if (failure === undefined)
            resolve(new Map(keys.filter((key) => key > 0).map((key) => [key, 2 * key])));
          else reject(failure);
        });
      });
    });
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('asks at once, and together what comes up meanwhile, each key once', async () => {
    const first = double(1);
    await settled();
    const others = [double(2), double(0), double(2), double(1)];
    await settled();
    expect(asked).toEqual([[1]]);
    answer[0]?.();
    expect(await first).toBe(2);
    await settled();
    expect(asked).toEqual([[1], [2, 0, 1]]);
    answer[1]?.();
    expect(await Promise.all(others)).toEqual([4, undefined, 4, 2]);
  });

  it('fails those that asked, and goes on', async () => {
    const first = double(1);
    await settled();
    const second = double(2);
    answer[0]?.(new Error('down'));
    await expect(first).rejects.toThrow('down');
    await settled();
    answer[1]?.();
    expect(await second).toBe(4);
  });
});
