import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Logger } from '@nestjs/common';
import { internalProblem, knownProblem, logProblem } from '../problem/known-problem.ts';
import { problemKind } from '../problem/problems.ts';
import { CALL } from './call.ts';
import { toStatus } from './to-status.ts';

/** Answers every error of a call as a status; those of the service itself are logged and not told. */
export function answerProblems(logger: Logger): Interceptor {
  return (next) => async (request) => {
    const refuse = (error: unknown): never => {
      // Connect's own: the client has gone, or its deadline is over.
      if (error instanceof ConnectError) throw error;
      const problem = knownProblem(error) ?? internalProblem(error);
      logProblem(logger, request.method.name, problem, error);
      request.contextValues.get(CALL).refusedWith = problemKind(problem.code).status;
      throw toStatus(problem);
    };
    const response = await next(request).catch(refuse);
    return response.stream ? { ...response, message: catching(response.message, refuse) } : response;
  };
}

async function* catching<T>(
  messages: AsyncIterable<T>,
  refuse: (error: unknown) => never,
): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    refuse(error);
  }
}
