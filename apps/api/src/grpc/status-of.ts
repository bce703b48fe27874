import type { ServerHttp2Stream } from 'node:http2';
import { Code } from '@connectrpc/connect';
import { codeToHttpStatus } from '@connectrpc/connect/protocol-connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import type { Call } from './call.ts';

/**
 * The HTTP status that a call's answer would have, by what was sent of it: most of what Connect refuses by itself no
 * handler sees. Calls that end without an answer, since the client has gone, count as 499.
 */
export function statusOf(
  { sentHeaders, sentTrailers }: Partial<Pick<ServerHttp2Stream, 'sentHeaders' | 'sentTrailers'>>,
  { refusedWith }: Call,
): number {
  const http = Number(sentHeaders?.[':status'] ?? 200);
  // What is no call of gRPC.
  if (http !== 200) return http;
  const status = { ...sentHeaders, ...sentTrailers }['grpc-status'] ?? Code.Canceled;
  const error = findTrailerError(new Headers({ 'grpc-status': String(status) }));
  return error === undefined ? 200 : (refusedWith ?? codeToHttpStatus(error.code));
}
