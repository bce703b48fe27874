import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { generate } from 'selfsigned';
import { connect, fetchAnything } from './connect.ts';
import type { Io } from './io.ts';

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

let home: string;
let server: Server | undefined;
let asked: IncomingMessage[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'framefold-connect-'));
  asked = [];
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  rmSync(home, { recursive: true });
});

const answer: RequestListener = (request, response) => {
  asked.push(request);
  response.setHeader('connection', 'close').end(JSON.stringify({ keys: [] }));
};

async function listen(made: Server): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return (made.address() as AddressInfo).port;
}

/** A client under this environment, of an API at another port than an environment could name. */
function clientOf(port: number, environment: Record<string, string> = {}, tenant?: string) {
  const config = loadConfig({ FRAMEFOLD_HOME: home, ...environment });
  const url = new URL(config.api.url);
  if (config.api.isLocal) url.port = String(port);
  const api = { ...config.api, url: url.origin };
  return connect({ tenant, loadConfig: () => ({ ...config, api }) } as Io);
}

/** The name in the certificate that the other side has shown. */
const nameOf = (socket: object): string =>
  'getPeerCertificate' in socket
    ? (socket.getPeerCertificate as () => { subject: { CN: string } }).call(socket).subject.CN
    : '';

const shown = (): string | undefined => asked[0]?.headers.authorization;

describe('the key that the command shows', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['none where none is needed', {}, undefined],
    ['the one of the environment', { FRAMEFOLD_API_KEY: 'ff_mine' }, 'Bearer ff_mine'],
    ['the one of the state folder where keys are needed', { FRAMEFOLD_KEYS: 'required' }, 'Bearer ff_own'],
    [
      'the one of the environment before that of the state folder',
      { FRAMEFOLD_KEYS: 'required', FRAMEFOLD_API_KEY: 'ff_mine' },
      'Bearer ff_mine',
    ],
  ])('is %s', async (_, environment, expected) => {
    writeFileSync(join(home, 'operator-key'), 'ff_own\n');
    const port = await listen(createServer(answer));
    await clientOf(port, environment).call('get', '/api/keys');
    expect(shown()).toBe(expected);
  });

  it('is not that of the state folder for an API elsewhere', async () => {
    writeFileSync(join(home, 'operator-key'), 'ff_own\n');
    const port = await listen(createServer(answer));
    const url = `http://127.0.0.1:${port}`;
    await clientOf(port, { FRAMEFOLD_KEYS: 'required', FRAMEFOLD_API_URL: url }).call('get', '/api/keys');
    expect(shown()).toBeUndefined();
  });

  it('is read when it is needed: the stack may just be starting', async () => {
    const port = await listen(createServer(answer));
    const client = clientOf(port, { FRAMEFOLD_KEYS: 'required' });
    writeFileSync(join(home, 'operator-key'), 'ff_own\n');
    await client.call('get', '/api/keys');
    expect(shown()).toBe('Bearer ff_own');
  });
});

it('tells the key to the API alone', async () => {
  const port = await listen(createServer(answer));
  const send = (url: string) => {
    const config = loadConfig({ FRAMEFOLD_API_KEY: 'ff_mine', FRAMEFOLD_API_URL: url });
    return fetchAnything({ loadConfig: () => config } as Io)(`http://127.0.0.1:${port}/media/x`);
  };
  await send(`http://127.0.0.1:${port}`);
  await send(`http://localhost:${port}`);
  await send(`https://127.0.0.1:${port}`);
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer ff_mine', undefined, undefined]);
});

it('names the tenant in every request', async () => {
  const port = await listen(createServer(answer));
  await clientOf(port, {}, 'acme').call('get', '/api/keys');
  expect(asked[0]?.url).toBe('/api/keys?tenant=acme');
});

describe('an API that speaks TLS with a certificate of its own making', () => {
  const LOCALHOST = [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] }];
  const GENERATED = { FRAMEFOLD_TLS_CERT: 'generated' };

  it('is trusted by that certificate, and by no other', async () => {
    const [own, other] = [
      await generate(undefined, { ...EC, extensions: LOCALHOST }),
      await generate(undefined, { ...EC, extensions: LOCALHOST }),
    ];
    mkdirSync(join(home, 'tls'));
    writeFileSync(join(home, 'tls/certificate.pem'), own.cert);
    const port = await listen(createTlsServer({ cert: own.cert, key: own.private }, answer));
    expect(await clientOf(port, GENERATED).call('get', '/api/keys')).toEqual({ keys: [] });
    writeFileSync(join(home, 'tls/certificate.pem'), other.cert);
    await expect(clientOf(port, GENERATED).call('get', '/api/keys')).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
    });
    expect(asked).toHaveLength(1);
  });

  it('is shown the certificate of the client', async () => {
    const [own, client] = [
      await generate(undefined, { ...EC, extensions: LOCALHOST }),
      await generate([{ name: 'commonName', value: 'me' }], EC),
    ];
    mkdirSync(join(home, 'tls'));
    writeFileSync(join(home, 'tls/certificate.pem'), own.cert);
    writeFileSync(join(home, 'me.pem'), client.cert);
    writeFileSync(join(home, 'me.key'), client.private);
    const names: string[] = [];
    const port = await listen(
      createTlsServer(
        { cert: own.cert, key: own.private, requestCert: true, rejectUnauthorized: false },
        (request, response) => {
          names.push(nameOf(request.socket));
          answer(request, response);
        },
      ),
    );
    const environment = {
      ...GENERATED,
      FRAMEFOLD_API_CLIENT_CERT: join(home, 'me.pem'),
      FRAMEFOLD_API_CLIENT_KEY: join(home, 'me.key'),
    };
    await clientOf(port, environment).call('get', '/api/keys');
    expect(names).toEqual(['me']);
  });

  it('can be left', async () => {
    const own = await generate(undefined, { ...EC, extensions: LOCALHOST });
    mkdirSync(join(home, 'tls'));
    writeFileSync(join(home, 'tls/certificate.pem'), own.cert);
    const leaving = new AbortController();
    const reason = new Error('Ctrl-C');
    const port = await listen(
      createTlsServer({ cert: own.cert, key: own.private }, (request) => {
        leaving.abort(reason);
        request.socket.destroySoon();
      }),
    );
    await expect(clientOf(port, GENERATED).jobs.get('x', { signal: leaving.signal })).rejects.toBe(reason);
  });
});
