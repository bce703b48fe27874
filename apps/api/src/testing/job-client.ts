import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, type GrpcTransportOptions } from '@connectrpc/connect-node';
import { JobService, type Problem, ProblemSchema } from '@framefold/proto';

export type JobClient = Client<typeof JobService>;

/** A client of `framefold.v1.JobService` over HTTP/2, which sends `metadata` with every call. */
export function jobClient(
  baseUrl: string,
  metadata: Readonly<Record<string, string>> = {},
  options: Partial<GrpcTransportOptions> = {},
): JobClient {
  const transport = createGrpcTransport({
    baseUrl,
    interceptors: [
      (next) => (request) => {
        for (const [name, value] of Object.entries(metadata)) request.header.set(name, value);
        return next(request);
      },
    ],
    ...options,
  });
  return createClient(JobService, transport);
}

/** What a call was refused with. */
export interface Refusal {
  /** The name of the status. */
  readonly status: string | undefined;
  readonly message: string;
  readonly problem: Problem | undefined;
  readonly metadata: Headers;
}

/** Waits for a call to be refused. */
export async function refusalOf(call: Promise<unknown> | AsyncIterable<unknown>): Promise<Refusal> {
  try {
    if (Symbol.asyncIterator in call) for await (const _ of call);
    else await call;
  } catch (error) {
    const refused = ConnectError.from(error);
    const [problem] = refused.findDetails(ProblemSchema);
    const { rawMessage: message, metadata } = refused;
    return { status: Code[refused.code], message, problem, metadata };
  }
  throw new Error('The call was not refused.');
}
