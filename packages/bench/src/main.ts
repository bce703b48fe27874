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
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);
if (bench === undefined || positionals.length > 1 || !Number.isInteger(pairs) || pairs < 1) {
  note(USAGE);
  process.exit(2);
}
// With --json the figures are all of stdout.
const verdict = await bench.run({ pairs, report: values.json ? note : say });
if (values.json) say(JSON.stringify(verdict));
process.exitCode = verdict.passed ? 0 : 1;
