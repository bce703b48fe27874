import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE } from '../problem/problem.ts';

/** Documents the errors of a route; their schema is the component `Problem`. */
export function ProblemResponses(...statuses: number[]): MethodDecorator {
  const content = { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: 'Problem details', content })),
  );
}
