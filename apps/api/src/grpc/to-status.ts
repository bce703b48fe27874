import type { JsonObject } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { ProblemSchema } from '@framefold/proto';
import type { ProblemError } from '../problem/problem-error.ts';
import { problemKind } from '../problem/problems.ts';

/** What the kinds of problems are in gRPC, by their HTTP status (https://grpc.io/docs/guides/status-codes/). */
const CODES: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  409: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  503: Code.Unavailable,
  // DEADLINE_EXCEEDED tells clients that their own deadline is over.
  504: Code.Unavailable,
};

/** A refusal as a gRPC status: with a Problem among its details, and in its metadata what HTTP has in headers. */
export function toStatus({ code, message, detail }: ProblemError): ConnectError {
  const { status, title, hint } = problemKind(code);
  const problem = {
    code,
    title,
    ...(hint === undefined ? {} : { hint }),
    errors: [...(detail.errors ?? [])],
    members: (detail.members ?? {}) as JsonObject,
  };
  const kind = code === 'ROUTE_NOT_FOUND' ? Code.Unimplemented : (CODES[status] ?? Code.Internal);
  return new ConnectError(message, kind, detail.headers, [{ desc: ProblemSchema, value: problem }]);
}
