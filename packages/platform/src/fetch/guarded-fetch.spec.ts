import type { lookup, LookupAddress } from 'node:dns';
import { createGuardedFetch, type WebAnswer } from './guarded-fetch.ts';
import { serveLocally, type LocalServer } from './local-server.ts';

/** Every name is at these addresses. */
const resolvesTo = (...addresses: LookupAddress[]): typeof lookup =>
  ((_name: string, _options: object, done: (error: null, all: LookupAddress[]) => void) =>
    done(null, addresses)) as unknown as typeof lookup;

const textOf = async ({ body }: WebAnswer): Promise<string> => Buffer.concat(await body.toArray()).toString();

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const PUBLIC: LookupAddress = { address: '93.184.215.14', family: 4 };
const forbidden = expect.objectContaining({ name: 'ForbiddenUrlError' }) as unknown;

describe('createGuardedFetch', () => {
  let server: LocalServer;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = await serveLocally((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const hops = /^\/hop\/(\d+)$/.exec(request.url ?? '')?.[1];
      if (hops !== undefined) {
        response.writeHead(302, { location: hops === '0' ? '/end' : `/hop/${Number(hops) - 1}` }).end();
      } else if (request.url === '/inside') {
        response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
      } else {
        response.end(`${request.method} of ${request.headers.host}`);
      }
    });
  });
  afterEach(() => server.close());

  it('refuses loopback unless private networks are allowed', async () => {
    await expect(createGuardedFetch({ privateNetworks: 'deny' })(server.url('/'))).rejects.toEqual(forbidden);
    expect(requests).toEqual([]);
    const answer = await createGuardedFetch({ privateNetworks: 'allow' })(server.url('/'));
    expect(await textOf(answer)).toBe(`GET of 127.0.0.1:${server.port}`);
  });

  it('refuses a name at a private address, also beside a public one', async () => {
    const url = new URL(`http://media.example:${server.port}/`);
    for (const addresses of [[LOOPBACK], [PUBLIC, LOOPBACK]]) {
      const guardedFetch = createGuardedFetch({ privateNetworks: 'deny', lookup: resolvesTo(...addresses) });
      await expect(guardedFetch(url)).rejects.toEqual(forbidden);
    }
    expect(requests).toEqual([]);
  });

  it('connects to the very address that was checked', async () => {
    const guardedFetch = createGuardedFetch({ privateNetworks: 'allow', lookup: resolvesTo(LOOPBACK) });
    const answer = await guardedFetch(new URL(`http://media.example:${server.port}/`));
    expect(await textOf(answer)).toBe(`GET of media.example:${server.port}`);
  });

  it('follows five redirects and no more', async () => {
    const guardedFetch = createGuardedFetch({ privateNetworks: 'allow' });
    expect((await guardedFetch(server.url('/hop/4'))).status).toBe(200);
    await expect(guardedFetch(server.url('/hop/5'))).rejects.toEqual(forbidden);
  });

  it('checks where a redirect leads', async () => {
    await expect(createGuardedFetch({ privateNetworks: 'allow' })(server.url('/inside'))).rejects.toEqual(
      forbidden,
    );
  });

  it('returns a redirect that it is not to follow', async () => {
    const answer = await createGuardedFetch({ privateNetworks: 'allow' })(server.url('/hop/0'), {
      method: 'POST',
      body: '{}',
      redirects: 0,
    });
    answer.body.destroy();
    expect(answer.status).toBe(302);
    expect(requests).toEqual(['POST /hop/0']);
  });

  it('gives up on a server that does not answer', async () => {
    const silent = await serveLocally(() => undefined);
    const guardedFetch = createGuardedFetch({ privateNetworks: 'allow' });
    await expect(guardedFetch(silent.url('/'), { answerSeconds: 0.05 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    await silent.close();
  });
});
