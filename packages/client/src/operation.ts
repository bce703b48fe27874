import type { paths } from './gen/openapi.ts';

/** The methods of HTTP that the API's calls have. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that take a method, as the API's description writes them: `/api/jobs/{id}`. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

/** One call of the API as its description has it. */
export type Operation<M extends Method, P extends PathOf<M>> = paths[P][M];

/** How a call is made, whatever it asks. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** For one answer; retries begin anew. */
  readonly timeoutMs?: number | undefined;
}

/** What a call takes: the names in its path, what follows the `?`, its JSON, and headers. */
export type RequestOf<O> = CallOptions &
  Part<'path', ParameterOf<O, 'path'>> &
  Part<'query', OrUndefined<ParameterOf<O, 'query'>>> &
  Part<'body', JsonBodyOf<O>> & {
    readonly headers?: Readonly<Record<string, string>> | undefined;
    /** Whether the same call again does no more than one; by default as its method says. */
    readonly idempotent?: boolean | undefined;
  };

/** The JSON that a call answers with, where it is a good answer; undefined where it answers without. */
export type AnswerOf<O> = O extends { responses: infer Responses }
  ? JsonOf<Responses[keyof Responses & Good]>
  : never;

type Good = 200 | 201 | 202 | 204;
type JsonOf<Answer> = Answer extends { content: { 'application/json': infer Json } } ? Json : undefined;

type ParameterOf<O, Place extends string> = O extends { parameters: infer Parameters }
  ? NonNullable<Parameters[Place & keyof Parameters]>
  : never;

/** The JSON that a call takes. */
export type JsonBodyOf<O> = O extends { requestBody?: infer Body }
  ? NonNullable<Body> extends { content: { 'application/json': infer Json } }
    ? Json
    : never
  : never;

type OrUndefined<T> = [T] extends [never] ? never : { [K in keyof T]: T[K] | undefined };

type Part<Name extends string, T> = [T] extends [never]
  ? unknown
  : Partial<T> extends T
    ? Readonly<Partial<Record<Name, T>>>
    : Readonly<Record<Name, T>>;
