import type { Bench } from './bench.ts';
import { isolation } from './isolation/isolation.ts';
import { pool } from './pool/pool.ts';
import { single } from './single/single.ts';

/** The benches by name. */
export const benches: Readonly<Record<string, Bench>> = { single, pool, isolation };
