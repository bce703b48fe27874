import { randomBytes } from 'node:crypto';
import { ProblemError } from '../problem/problem-error.ts';

/** 128 random bits: whoever knows the id of an upload may use it. */
export function newUploadId(): string {
  return randomBytes(16).toString('hex');
}

/** The refusal of an id behind which there is nothing for whoever asks. */
export function uploadNotFound(id: string): ProblemError {
  return new ProblemError('UPLOAD_NOT_FOUND', `There is no upload ${JSON.stringify(id.slice(0, 64))}.`);
}
