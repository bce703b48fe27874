import type { Bench } from './bench.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { isolation } from './isolation/isolation.ts';
import { pool } from './pool/pool.ts';
import { reads } from './reads/reads.ts';
import { single } from './single/single.ts';

/** The benches by name. */
export const benches: Readonly<Record<string, Bench>> = {
  single,
  pool,
  isolation,
  catalogue,
  reads,
};
