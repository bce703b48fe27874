export type { Bench, BenchOptions, Verdict } from './bench.ts';
export { benches } from './benches.ts';
