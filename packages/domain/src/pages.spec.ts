import { readFileSync } from 'node:fs';
import { EVENT_PAYLOADS } from './events.ts';
import { FAILURES, Warning } from './failure.ts';
import { SCENARIOS } from './scenarios.ts';

const rowsOf = (page: string): string[] =>
  readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));

/** The texts of a table's first cells. */
const names = (rows: readonly string[]): string[] => rows.map((row) => row.split('`')[1] ?? '');

describe('docs/troubleshooting.md', () => {
  const rows = rowsOf('troubleshooting.md');

  it('lists every failure code with its class and hint', () => {
    const expected = Object.entries(FAILURES).map(
      ([code, kind]) => `| \`${code}\` | ${kind.class} | ${kind.hint} |`,
    );
    expect(rows.slice(0, expected.length)).toEqual(expected);
  });

  it('lists every warning', () => {
    expect(names(rows.slice(Object.keys(FAILURES).length))).toEqual(Warning.shape.code.options);
  });
});

describe('docs/events.md', () => {
  it('lists every event with its fields', () => {
    const rows = rowsOf('events.md');
    expect(names(rows)).toEqual(Object.keys(EVENT_PAYLOADS));
    rows.forEach((row) => {
      const [, type, fields] = row.split('|').map((cell) => cell.trim());
      const payload = Object.entries(EVENT_PAYLOADS).find(([name]) => `\`${name}\`` === type)?.[1];
      expect([type, fields]).toEqual([type, Object.keys(payload?.shape ?? {}).join(', ')]);
    });
  });
});

describe('docs/media.md', () => {
  it('lists every scenario', () => {
    const expected = Object.entries(SCENARIOS).map(
      ([name, { width, height, frameRate, codec, bitrateKbps, preset }]) =>
        `| \`${name}\` | ${width}x${height} | ${frameRate} | \`${codec}\`, \`${preset}\` | ${bitrateKbps / 1000}M |`,
    );
    const rows = rowsOf('media.md').filter((row) => (names([row])[0] ?? '') in SCENARIOS);
    expect(rows).toEqual(expected);
  });
});
