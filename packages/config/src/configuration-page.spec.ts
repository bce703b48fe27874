import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describeEnvironment } from './config.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('lists every variable as the code describes it', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      describeEnvironment().map(({ name, description, defaultValue }) => {
        // The one default that the machine decides.
        const shown =
          name === 'FRAMEFOLD_ENCODE_SLOTS' && defaultValue === String(availableParallelism())
            ? 'cores'
            : defaultValue;
        return `| \`${name}\` | ${shown} | ${description} |`;
      }),
    );
  });
});
