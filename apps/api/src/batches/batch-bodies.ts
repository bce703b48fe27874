import type { RequestHandler } from 'express';
import bodyParser from 'body-parser';

/** Where batches are; their manifests may be larger than any other request. */
export const BATCHES_PATH = '/api/batches';

/** Bytes of the largest manifest: 10,000 jobs of 3 kB. */
const LIMIT = '32mb';

/** Reads manifests: JSON as a value, CSV as text. */
export function batchBodies(): RequestHandler[] {
  return [bodyParser.json({ limit: LIMIT }), bodyParser.text({ type: 'text/csv', limit: LIMIT })];
}
