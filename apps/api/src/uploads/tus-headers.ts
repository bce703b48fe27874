import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { z } from 'zod';
import { toSchema } from '../openapi/to-schema.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CHECKSUM_FORM } from './upload-checksum.ts';

/** The version of the protocol that is spoken. */
export const TUS_VERSION = '1.0.0';

const bytes = z.string().regex(/^(?:0|[1-9]\d{0,14})$/);
const PAIR = '[!-+\\--~]+(?: (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?';

/** Headers of requests by tus 1.0 (https://tus.io/protocols/resumable-upload#headers). */
const TUS_HEADERS = {
  'Tus-Resumable': z.literal(TUS_VERSION),
  'Upload-Length': bytes,
  'Upload-Offset': bytes,
  'Upload-Metadata': z.string().regex(new RegExp(`^${PAIR}(?:,${PAIR})*$`)),
  'Upload-Checksum': z.string().regex(CHECKSUM_FORM),
};
type TusHeaderName = keyof typeof TUS_HEADERS;

/** Headers of extensions that this service lacks, and what is to be done instead. */
const LACKING = {
  'Upload-Defer-Length': 'Begin with Upload-Length (in tus-js-client without uploadLengthDeferred).',
  'Upload-Concat': 'Send the file as one upload (in tus-js-client without parallelUploads).',
};

/** Documents a header of tus. */
export function TusHeader(name: TusHeaderName, required: boolean, description: string): MethodDecorator {
  return ApiHeader({ name, required, description, schema: toSchema(TUS_HEADERS[name], 'input') });
}

/**
 * Holds the headers of tus that a request has against their forms, and against what this service can.
 *
 * @throws {ProblemError} TUS_VERSION_UNSUPPORTED, TUS_REQUEST_INVALID
 */
export function assertTusHeaders(request: Request): void {
  for (const [name, form] of Object.entries(TUS_HEADERS)) {
    const value = request.get(name);
    if (value === undefined || form.safeParse(value).success) continue;
    if (name === 'Tus-Resumable') throw unsupportedVersion();
    throw new ProblemError('TUS_REQUEST_INVALID', `${name} has not the form that tus 1.0 gives it.`);
  }
  for (const [name, remedy] of Object.entries(LACKING)) {
    if (request.get(name) === undefined) continue;
    throw new ProblemError('TUS_REQUEST_INVALID', `${name} is of an extension that is not there. ${remedy}`);
  }
}

/** What tus 1.0 wants said to clients that speak another version, or do not say which. */
export function unsupportedVersion(): ProblemError {
  return new ProblemError('TUS_VERSION_UNSUPPORTED', `The request must say Tus-Resumable: ${TUS_VERSION}.`, {
    headers: { 'Tus-Version': TUS_VERSION },
  });
}
