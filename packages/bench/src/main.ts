// Usage: npm run bench -- NAME [--pairs N] [--json]
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';

const USAGE = [
  'Usage: npm run bench -- NAME [--pairs N] [--json]',
  ...Object.entries(benches).map(([name, { description }]) => `  ${name}: ${description}`),
].join('\n');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});
const bench = benches[positionals[0] ?? ''];
const pairs = Number(values.pairs);
if (bench === undefined || positionals.length > 1 || !Number.isInteger(pairs) || pairs < 1) {
  console.error(USAGE);
  process.exit(2);
}
// With --json the figures are all of stdout.
const report = values.json ? console.error : console.log;
const verdict = await bench.run({ pairs, report: (line) => report(line) });
if (values.json) console.log(JSON.stringify(verdict));
process.exitCode = verdict.passed ? 0 : 1;
