import { errorOfAnswer, errorOfSilence, FramefoldError, unexpectedAnswer } from './framefold-error.ts';
import type { AnswerOf, CallOptions, Method, Operation, PathOf, RequestOf } from './operation.ts';
import { Patience } from './patience.ts';

/** Where the API is and how it is called. */
export interface FramefoldOptions {
  /** e.g. `https://video.example`; a path in it stands before those of the API. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** For one answer: 15,000 by default. Calls that take longer by their nature have defaults of their own. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long a call that may be repeated is repeated while the API is away or overloaded, and how long a job's stream
   * is opened again: 30,000 by default; 0 for not at all.
   */
  readonly patienceMs?: number | undefined;
  /** Instead of the built-in one, as for certificates of one's own. */
  readonly fetch?: typeof fetch | undefined;
}

/** What {@link Http.request} sends. */
export interface RawRequest extends CallOptions {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: NonNullable<RequestInit['body']> | undefined;
  /** Whether the same request again does no more than one; by default as its method says. */
  readonly idempotent?: boolean | undefined;
}

/** setTimeout takes no more: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'PUT', 'DELETE'];

/** Requests to the API: with the key, in time, repeated where that is safe, and with errors that tell. */
export class Http {
  readonly baseUrl: string;
  readonly patienceMs: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl, apiKey, timeoutMs, patienceMs, fetch: send }: FramefoldOptions) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.patienceMs = patienceMs ?? 30_000;
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#timeoutMs = timeoutMs ?? 15_000;
    this.#fetch = send ?? fetch;
  }

  /**
   * Makes any call of the API's description, by method and path: `call('get', '/api/jobs/{id}', { path: { id } })`.
   *
   * @returns the answer's JSON
   * @throws {FramefoldError}; the signal's reason
   */
  async call<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...[request]: object extends RequestOf<Operation<M, P>>
      ? [RequestOf<Operation<M, P>>?]
      : [RequestOf<Operation<M, P>>]
  ): Promise<AnswerOf<Operation<M, P>>> {
    const { path: names, query, body, headers, ...options } = (request ?? {}) as LooseRequest;
    const answer = await this.requestJson(urlOf(path, names, query), {
      ...options,
      method: method.toUpperCase(),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return answer as AnswerOf<Operation<M, P>>;
  }

  /**
   * As fetch, for what is not JSON. The time limit is that of the answer's head: its body comes as long as it comes.
   *
   * @param path with its query
   * @returns an answer of 2xx
   * @throws {FramefoldError}; the signal's reason
   */
  request(path: string, request: RawRequest = {}): Promise<Response> {
    return this.#repeated(path, request, async (response) => response);
  }

  /** As {@link request}, for what is sent otherwise and answered by JSON: the whole answer has to come in time. */
  requestJson(path: string, request: RawRequest): Promise<unknown> {
    return this.#repeated(path, request, async (response): Promise<unknown> => {
      const { status } = response;
      if (status === 204) return undefined;
      const text = await response.text();
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw unexpectedAnswer(this.baseUrl, { status, cause });
      }
    });
  }

  async #repeated<T>(path: string, request: RawRequest, read: (answer: Response) => Promise<T>): Promise<T> {
    const { method = 'GET', headers = {}, signal } = request;
    const keyed = Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key');
    const repeatable = request.idempotent ?? (keyed || IDEMPOTENT_METHODS.includes(method));
    const patience = new Patience(repeatable ? this.patienceMs : 0, signal);
    for (;;) {
      try {
        return await this.#once(path, request, read);
      } catch (error) {
        signal?.throwIfAborted();
        await patience.wait(error);
      }
    }
  }

  /** One request; `read` has to be done in time, too. */
  async #once<T>(
    path: string,
    { method = 'GET', headers, body, signal, timeoutMs = this.#timeoutMs }: RawRequest,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => {
        deadline.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    // Not as a method: browsers want their fetch to be called as a function of the window.
    const send = this.#fetch;
    try {
      const answer = await send(`${this.baseUrl}${path}`, {
        method,
        headers: { accept: 'application/json', ...this.#headers, ...headers },
        signal: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
        ...(body === undefined ? {} : { body }),
      });
      if (!answer.ok) throw await errorOfAnswer(answer, this.baseUrl);
      return await read(answer);
    } catch (error) {
      if (error instanceof FramefoldError) throw error;
      // Some bodies reject with an error of their own when they are aborted.
      throw errorOfSilence(deadline.signal.aborted ? deadline.signal.reason : error, this.baseUrl);
    } finally {
      clearTimeout(timer);
    }
  }
}

type QueryValue = string | number | boolean;

/** What a call takes, for whoever knows no more than that it was checked. */
interface LooseRequest extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly idempotent?: boolean | undefined;
}

function urlOf(path: string, names: LooseRequest['path'] = {}, query: LooseRequest['query'] = {}): string {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
    ),
  ).toString();
  return search === '' ? named : `${named}?${search}`;
}
