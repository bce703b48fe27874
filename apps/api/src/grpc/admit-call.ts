import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Config } from '@framefold/config';
import type { Scope } from '@framefold/domain';
import { JobService } from '@framefold/proto';
import proxyAddress from 'proxy-addr';
import type { AdmitRequest } from '../access/admit-request.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { transportRefusal } from '../access/safe-transport.ts';
import { ProblemError } from '../problem/problem-error.ts';

/** In whose metadata an operator names the tenant that a call is about; HTTP has a query for it. */
const TENANT = 'framefold-tenant';

/** What each call needs. */
const SCOPES: Readonly<Record<keyof typeof JobService.method, Scope>> = {
  submitJob: 'submit',
  dryRunJob: 'submit',
  getJob: 'read',
  listJobs: 'read',
  watchJob: 'read',
  cancelJob: 'operate',
  pauseJob: 'operate',
  resumeJob: 'operate',
  setJobPriority: 'operate',
  retryJob: 'operate',
  redoRendition: 'operate',
};

/** The same, by the path of the request. */
const SCOPES_BY_PATH: ReadonlyMap<string, Scope> = new Map(
  Object.entries(SCOPES).map(([name, scope]) => {
    const { name: method } = JobService.method[name as keyof typeof SCOPES];
    return [`/${JobService.typeName}/${method}`, scope];
  }),
);

/** Whether there is such a call. */
export function isCall(path: string): boolean {
  return SCOPES_BY_PATH.has(path);
}

/** What calls are let in by: the same as requests of the HTTP API. */
export interface Access {
  readonly listen: Config['listen'];
  readonly admission: AdmitRequest;
  readonly authenticator: Authenticator;
}

/** Lets calls in before anything of their messages is read. */
export function createCallAdmission({ listen, admission, authenticator }: Access) {
  const isProxy = proxyAddress.compile([...listen.proxies]);
  /**
   * @returns who calls, and headers that say what is left to the client
   * @throws {ProblemError} CLIENT_CERTIFICATE_REQUIRED, PROXY_REQUIRED, RATE_LIMITED, ROUTE_NOT_FOUND, and what
   *   {@link Authenticator.authorize} does
   */
  return async (
    request: Http2ServerRequest,
  ): Promise<{ readonly caller: Caller; readonly headers: Readonly<Record<string, string>> }> => {
    const { url, socket, headers } = request;
    const refusal = transportRefusal(listen, socket, isProxy);
    if (refusal !== undefined) throw refusal;
    const asked = { headers, query: { tenant: headers[TENANT] } };
    // It looks at socket and headers, which are alike in both versions of HTTP.
    const address = proxyAddress(request as unknown as IncomingMessage, isProxy);
    const left = await admission.admit(asked, address);
    const scope = SCOPES_BY_PATH.get(url);
    if (scope === undefined) throw new ProblemError('ROUTE_NOT_FOUND', 'There is no such call.');
    return { caller: await authenticator.authorize(asked, { scope }), headers: left };
  };
}
