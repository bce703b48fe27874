import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE, toProblem } from '../problem/problem.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { problemKind } from '../problem/problems.ts';

/** Answers with problem details what does not even become a request; Node would close the connection with bare words. */
export function answerBadHeaders(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    answers.set(request.socket, response),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Into the answer to a former request nothing may be mixed.
    const former = answers.get(socket);
    const isAnswering = former !== undefined && former.headersSent && !former.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const problem = problemOf(error);
    const { status } = problemKind(problem.code);
    const body = JSON.stringify(toProblem(problem, ''));
    const head = [
      `HTTP/1.1 ${status} Refused`,
      'Connection: close',
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function problemOf({ code }: NodeJS.ErrnoException): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ProblemError('HEADERS_TOO_LARGE', 'The headers are larger than 16 kB.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ProblemError('REQUEST_TIMEOUT', 'The request took too long to come.');
  return new ProblemError('BAD_REQUEST', 'The request cannot be understood.');
}
