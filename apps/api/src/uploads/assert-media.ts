import { fileOf, mayBeMedia, type UploadRecord } from '@framefold/domain';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Holds what a client says of a file against the kinds that are taken.
 *
 * @throws {ProblemError} UPLOAD_KIND_REFUSED
 */
export function assertMedia(metadata: UploadRecord['metadata']): void {
  const { name, type } = fileOf(metadata);
  if (mayBeMedia(name, type)) return;
  const said = [name, type].filter(Boolean).join(', ');
  throw new ProblemError('UPLOAD_KIND_REFUSED', `${JSON.stringify(said.slice(0, 200))} is not media.`);
}
