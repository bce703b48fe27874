import { ProblemError } from '../problem/problem-error.ts';

/** What a client says that the bytes of a request have to be. */
export interface Checksum {
  readonly algorithm: string;
  /** In base64. */
  readonly digest: string;
}

/** By their names in Tus-Checksum-Algorithm; every server must know sha1 (tus 1.0, checksum). */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'sha512', 'md5'] as const;

/** The header's form: an algorithm, a space, and the checksum in base64. */
export const CHECKSUM_FORM = new RegExp(`^(${CHECKSUM_ALGORITHMS.join('|')}) ([A-Za-z0-9+/]+={0,2})$`);

/**
 * The Upload-Checksum header, if there is one (https://tus.io/protocols/resumable-upload#checksum).
 *
 * @throws {ProblemError} TUS_REQUEST_INVALID
 */
export function parseChecksum(header: string | undefined): Checksum | undefined {
  if (header === undefined) return undefined;
  const [, algorithm, digest] = CHECKSUM_FORM.exec(header) ?? [];
  if (algorithm !== undefined && digest !== undefined) return { algorithm, digest };
  throw new ProblemError(
    'TUS_REQUEST_INVALID',
    `Upload-Checksum must be one of ${CHECKSUM_ALGORITHMS.join(', ')}, a space, and the checksum in base64.`,
  );
}
