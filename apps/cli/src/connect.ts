import { readFileSync } from 'node:fs';
import https from 'node:https';
import { Readable } from 'node:stream';
import { FramefoldClient } from '@framefold/client';
import type { Config } from '@framefold/config';
import { DefaultHttpStack, type UploadOptions } from 'tus-js-client';
import type { Io } from './io.ts';

/** A client of the API: where the configuration says it is, and with what opens it. */
export function connect(io: Io): FramefoldClient {
  const config = io.loadConfig();
  const baseUrl = config.api.url;
  // A command that waits says so: see patiently().
  return new FramefoldClient({ baseUrl, fetch: apiFetch(config, io.tenant), patienceMs: 0 });
}

/** A fetch for whatever address: what is the API's gets what opens it, and nobody else does. */
export function fetchAnything(io: Io): typeof fetch {
  const config = io.loadConfig();
  const { origin } = new URL(config.api.url);
  const ofApi = apiFetch(config, io.tenant);
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.origin === origin ? ofApi(url, init) : fetch(url, init);
  };
}

/** What the client of tus has to show to the API, and how its requests get there. */
export function tusTransport(io: Io): Required<Pick<UploadOptions, 'headers' | 'httpStack'>> {
  const config = io.loadConfig();
  const key = config.api.key ?? operatorKey(config);
  const stack = new DefaultHttpStack(tlsOptions(config) ?? {});
  return {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    httpStack: {
      getName: () => stack.getName(),
      createRequest: (method, url) => stack.createRequest(method, ofTenant(url, io.tenant).href),
    },
  };
}

/** A fetch that shows the key, and the certificate, that there is; each time anew, since a stack may just be starting. */
function apiFetch(config: Config, tenant: string | undefined): typeof fetch {
  return (input, init = {}) => {
    const url = ofTenant(input instanceof Request ? input.url : input, tenant);
    const headers = new Headers(init.headers);
    const key = config.api.key ?? operatorKey(config);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const options = tlsOptions(config);
    const asked = { ...init, headers };
    return options === undefined ? fetch(url, asked) : fetchOverTls(url, asked, options);
  };
}

function ofTenant(address: string | URL, tenant: string | undefined): URL {
  const url = new URL(address);
  if (tenant !== undefined) url.searchParams.set('tenant', tenant);
  return url;
}

/** The key that the stack of this machine keeps for its operator. It is shown to nobody else. */
function operatorKey({ api, keysRequired, operatorKeyFile }: Config): string | undefined {
  return api.isLocal && keysRequired ? readIfThere(operatorKeyFile)?.trim() : undefined;
}

/** What built-in fetch cannot be told; undefined where it need not be. */
function tlsOptions({ api, listen }: Config): https.RequestOptions | undefined {
  const pinned =
    api.isLocal && listen.tls?.generated === true ? readIfThere(listen.tls.certificateFile) : undefined;
  const own = api.clientCertificate;
  if (pinned === undefined && own === undefined) return undefined;
  return {
    ...(pinned === undefined ? {} : { ca: pinned }),
    ...(own === undefined ? {} : { cert: readFileSync(own.certificateFile), key: readFileSync(own.keyFile) }),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** As fetch, as far as this command uses it. */
function fetchOverTls(url: URL, init: RequestInit, options: https.RequestOptions): Promise<Response> {
  const { method = 'GET', headers, body, signal } = init;
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      ...options,
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(signal === null || signal === undefined ? {} : { signal }),
    });
    request.on('error', (error) => reject(signal?.aborted === true ? (signal.reason as Error) : error));
    request.once('response', (message) => {
      const status = message.statusCode ?? 0;
      const given = Object.entries(message.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      // The very same stream by another type: Node declares its own.
      const stream = Readable.toWeb(message) as unknown as BodyInit;
      const answer = new Response([204, 205, 304].includes(status) ? null : stream, {
        status,
        headers: given,
      });
      resolve(Object.defineProperty(answer, 'url', { value: url.href }));
    });
    request.end(typeof body === 'string' ? body : undefined);
  });
}
