import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE } from '../problem/problem.ts';
import { PROBLEMS } from '../problem/problems.ts';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'] as const;

/**
 * What any route may answer before it is its turn: a request that cannot be read, one from where none may come, too slow
 * or too large a body, too many requests, too large headers, a service that is stopping.
 */
const OF_ALL = [400, 403, 408, 413, 429, 431, 503];

const header = (description: string, required: boolean) => ({
  description,
  required,
  schema: { type: 'string' as const },
});

/** Headers of errors that clients go by. */
const HEADERS: Readonly<Record<string, Record<string, ReturnType<typeof header>>>> = {
  401: { 'WWW-Authenticate': header('Bearer, and what is wrong with the key (RFC 6750)', true) },
  416: { 'Content-Range': header('The size of the file', true) },
  429: { 'Retry-After': header('In how many seconds it may work, where that is known', false) },
  503: { 'Retry-After': header('In how many seconds to ask again', true) },
};

/**
 * Completes the description of each route by what it has in common with the others: the errors that come before its
 * own, what errors look like, and whether it needs a key.
 */
export function describeCommonAnswers(document: OpenAPIObject, keysRequired: boolean): void {
  const used = new Set<number>();
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation === undefined) continue;
      if (operation.security !== undefined && !keysRequired) operation.security = [...operation.security, {}];
      const own = Object.keys(operation.responses).map(Number);
      for (const status of new Set([...own, ...commonOf(operation)])) {
        if (status < 400) continue;
        used.add(status);
        operation.responses[status] = { $ref: `#/components/responses/${status}` };
      }
    }
  }
  document.components = { ...document.components, responses: problemsOf(used) };
}

function commonOf({ security, parameters = [] }: Operation): number[] {
  const isAboutTenant = parameters.some((one) => 'name' in one && one.name === 'tenant');
  return [...OF_ALL, ...((security ?? []).length > 0 ? [401] : []), ...(isAboutTenant ? [404] : [])];
}

function problemsOf(statuses: ReadonlySet<number>): Responses {
  const kinds = Object.entries(PROBLEMS);
  const content = { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const codes = kinds.filter(([, kind]) => kind.status === status).map(([code]) => code);
      const headers = HEADERS[status];
      return [
        status,
        { description: codes.join(', '), ...(headers === undefined ? {} : { headers }), content },
      ];
    }),
  );
}
