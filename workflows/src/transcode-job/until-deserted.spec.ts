import { untilDeserted } from './until-deserted.ts';

/** The pauses of a watch that sees at its nth look what `looks` say: finished something, or somebody there, or nobody. */
async function watch(looks: readonly ('finished' | 'served' | 'nobody')[]): Promise<number[]> {
  const pauses: number[] = [];
  let finished = 0;
  const seen = (): string | undefined => looks[pauses.length - 1];
  await untilDeserted(
    {
      isServed: () => {
        if (seen() === undefined) throw new Error('The watch goes on.');
        if (seen() === 'finished') throw new Error('It asks although something was finished.');
        return Promise.resolve(seen() === 'served');
      },
      finished: () => finished,
      pause: (ms) => {
        pauses.push(ms / 1000);
        if (seen() === 'finished') finished += 1;
        return Promise.resolve();
      },
    },
    60,
  );
  return pauses;
}

describe('untilDeserted', () => {
  it('waits for its patience when nobody is there', async () => {
    expect(await watch(['nobody', 'nobody'])).toEqual([30, 30]);
  });

  it('begins to wait anew when somebody came, or something was finished', async () => {
    expect(await watch(['nobody', 'served', 'nobody', 'nobody'])).toEqual([30, 30, 60, 30]);
    expect(await watch(['nobody', 'finished', 'nobody', 'nobody'])).toEqual([30, 30, 30, 30]);
  });

  it('looks ever more rarely while somebody is there and nothing is finished', async () => {
    const served = Array.from({ length: 5 }, () => 'served' as const);
    expect(await watch([...served, 'nobody', 'nobody'])).toEqual([30, 60, 120, 240, 240, 240, 30]);
    expect(await watch([...served, 'finished', 'nobody', 'nobody'])).toEqual([
      30, 60, 120, 240, 240, 240, 30, 30,
    ]);
  });
});
