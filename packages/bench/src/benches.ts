import type { Bench } from './bench.ts';
import { single } from './single/single.ts';

/** The benches by name. */
export const benches: Readonly<Record<string, Bench>> = { single };
