import { type TranscodeRequest, titleOfFile, uploadIdOf } from '@framefold/domain';
import { ProblemError } from '../problem/problem-error.ts';
import type { Uploads } from './uploads.ts';

/** Who takes an upload for what. */
interface Taker {
  readonly tenantId: string;
  /** Id of the job, or of the batch of jobs. */
  readonly by: string;
}

/** Longest title of a job. */
const TITLE_LENGTH = 200;

/**
 * Keeps the uploads that a job is to be made from until its taker has ended, and names it after the first one's file.
 *
 * @param at before the path of what is wrong
 * @returns the request with a title, if the upload has a name
 * @throws {ProblemError} UPLOAD_NOT_USABLE with the fields that name what is not there or not complete
 */
export async function claimUploads(
  uploads: Pick<Uploads, 'claim'>,
  taker: Taker,
  request: TranscodeRequest,
  at = '',
): Promise<TranscodeRequest> {
  const filename = await claim(uploads, taker, `${at}sourceUrl`, request.sourceUrl);
  for (const [index, { sourceUrl }] of request.append.entries())
    await claim(uploads, taker, `${at}append.${index}.sourceUrl`, sourceUrl);
  if (filename === undefined || request.title !== undefined) return request;
  return { ...request, title: titleOfFile(filename).slice(0, TITLE_LENGTH) };
}

/** Claims uploads for jobs that are submitted together: each of them once. */
export function claimingTogether(uploads: Pick<Uploads, 'claim'>): Pick<Uploads, 'claim'> {
  const claims = new Map<string, Promise<string | undefined>>();
  return {
    claim(tenantId, id, by) {
      const known = claims.get(id) ?? uploads.claim(tenantId, id, by);
      claims.set(id, known);
      return known;
    },
  };
}

/** Keeps the uploads of a job of a batch for the job itself, which may be run again when the batch has ended. */
export async function keepUploads(
  uploads: Pick<Uploads, 'keep'>,
  jobId: string,
  { sourceUrl, append }: TranscodeRequest,
): Promise<void> {
  for (const url of [sourceUrl, ...append.map((input) => input.sourceUrl)]) {
    const id = url === undefined ? undefined : uploadIdOf(url);
    if (id !== undefined) await uploads.keep(id, jobId);
  }
}

/** The name of the upload's file; undefined also for any other source. */
async function claim(
  uploads: Pick<Uploads, 'claim'>,
  { tenantId, by }: Taker,
  path: string,
  sourceUrl: string | undefined,
): Promise<string | undefined> {
  const id = sourceUrl === undefined ? undefined : uploadIdOf(sourceUrl);
  if (id === undefined) return undefined;
  try {
    return await uploads.claim(tenantId, id, by);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'UPLOAD_NOT_FOUND') throw error;
    const message = 'names an upload that is not there or not complete';
    throw new ProblemError('UPLOAD_NOT_USABLE', `${path} ${message}.`, {
      errors: [{ path, message, rule: true }],
    });
  }
}
