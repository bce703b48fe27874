import { createHash } from 'node:crypto';

/**
 * The id of a batch's job by its place from 0: a UUID of version 7 (https://www.rfc-editor.org/rfc/rfc9562#section-5.7)
 * with the time of the batch's own, so that ids sort by batch and then by place.
 */
export function batchJobId(batchId: string, index: number): string {
  const time = batchId.slice(0, 14);
  const place = index.toString(16).padStart(6, '0');
  const rest = createHash('sha256').update(`${batchId} ${index}`).digest('hex').slice(0, 12);
  return `${time}7${place.slice(0, 3)}-8${place.slice(3)}-${rest}`;
}
