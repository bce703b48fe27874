import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { type Config, loadConfig, type TlsConfig } from '@framefold/config';
import { createFolderStore } from '@framefold/platform';
import { createMetrics } from '@framefold/telemetry';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { generate } from 'selfsigned';
import { Backends } from '../backends.ts';
import { createApi } from '../create-api.ts';
import { loadTls } from './tls-material.ts';
import { type TlsServer, watchTls } from './watch-tls.ts';

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

let home: string;
let app: NestExpressApplication | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'framefold-tls-'));
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await rm(home, { recursive: true });
});

const configOf = (environment: Record<string, string>): Config & { tls: TlsConfig } => {
  const config = loadConfig({ FRAMEFOLD_HOME: home, ...environment });
  if (config.listen.tls === undefined) throw new Error('No TLS is configured.');
  return { ...config, tls: config.listen.tls };
};

/** Starts the API and returns its port. */
async function serve(config: Config & { tls: TlsConfig }): Promise<number> {
  const material = await loadTls(config.tls, config);
  const store = createFolderStore(join(config.home, 'store'));
  const deps = { config, store, metrics: createMetrics(), backends: new Backends() };
  app = await createApi(deps, false, material);
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}

const ask = (
  port: number,
  path: string,
  options: https.RequestOptions,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string; resumed: boolean }> =>
  new Promise((resolve, reject) => {
    const url = `https://localhost:${port}${path}`;
    https
      .get(url, { agent: false, family: 4, ...options }, (answer) => {
        let text = '';
        answer.on('data', (part) => (text += String(part)));
        const resumed = answer.socket instanceof TLSSocket && answer.socket.isSessionReused();
        const { statusCode: status = 0, headers } = answer;
        answer.on('end', () => resolve({ status, headers, text, resumed }));
      })
      .on('error', reject);
  });

/** The name in the certificate that a new connection is shown. */
const shown = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });

describe('a generated certificate', () => {
  const GENERATED = { FRAMEFOLD_TLS_CERT: 'generated' };

  it('is for all names of the service, kept for the owner alone, and makes clients sure of it', async () => {
    const config = configOf({ ...GENERATED, FRAMEFOLD_ALLOWED_HOSTS: 'video.example,10.1.2.3:8080' });
    const port = await serve(config);
    const ca = await readFile(config.tls.certificateFile);
    const health = await ask(port, '/healthz', { ca });
    expect(health.status).toBe(200);
    // It is for names that others use without TLS.
    expect(health.headers).not.toHaveProperty('strict-transport-security');
    for (const servername of ['video.example', '127.0.0.1', '10.1.2.3'])
      expect((await ask(port, '/healthz', { ca, servername, host: '127.0.0.1' })).status).toBe(200);
    await expect(ask(port, '/healthz', { ca, servername: 'evil.example' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await expect(ask(port, '/healthz', {})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect((await stat(config.tls.keyFile)).mode & 0o777).toBe(0o600);
  });

  it('speaks nothing older than TLS 1.2', async () => {
    const port = await serve(configOf(GENERATED));
    await expect(
      ask(port, '/healthz', { rejectUnauthorized: false, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }),
    ).rejects.toThrow();
  });

  it('is kept while it lasts and has all names, and else made anew', async () => {
    const config = configOf(GENERATED);
    const { cert } = await loadTls(config.tls, config);
    expect((await loadTls(config.tls, config)).cert).toEqual(cert);
    const renamed = { ...config, allowedHosts: ['new.example'] };
    const second = await loadTls(config.tls, renamed);
    expect(second.cert).not.toEqual(cert);
    const old = await generate([{ name: 'commonName', value: 'old' }], {
      ...EC,
      notAfterDate: new Date(Date.now() + 29 * 86_400_000),
    });
    await writeFile(config.tls.certificateFile, old.cert);
    await writeFile(config.tls.keyFile, old.private);
    expect((await loadTls(config.tls, config)).cert.toString()).not.toBe(old.cert);
  });
});

describe('a certificate of the operator', () => {
  const own = async (): Promise<Record<string, string>> => {
    const files = { FRAMEFOLD_TLS_CERT: join(home, 'cert.pem'), FRAMEFOLD_TLS_KEY: join(home, 'key.pem') };
    await replace('first');
    return files;
  };
  const replace = async (name: string): Promise<void> => {
    const pair = await generate([{ name: 'commonName', value: name }], EC);
    await writeFile(join(home, 'key.pem'), pair.private);
    await writeFile(join(home, 'cert.pem'), pair.cert);
  };

  it('has browsers come by TLS alone', async () => {
    const port = await serve(configOf(await own()));
    const { headers } = await ask(port, '/healthz', { rejectUnauthorized: false });
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{6,}/);
  });

  it('is not taken when key and certificate do not belong together', async () => {
    const config = configOf(await own());
    await writeFile(join(home, 'key.pem'), (await generate(undefined, EC)).private);
    await expect(loadTls(config.tls, config)).rejects.toThrow(join(home, 'key.pem'));
    await rm(join(home, 'cert.pem'));
    await expect(loadTls(config.tls, config)).rejects.toThrow(join(home, 'cert.pem'));
  });

  it('can be replaced while the API runs; what does not fit is left alone until it does', async () => {
    const config = configOf(await own());
    const port = await serve(config);
    expect(await shown(port)).toBe('first');
    const said: string[] = [];
    const stop = new AbortController();
    let heard = (): void => undefined;
    const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
    const report = (sentence: string): void => {
      said.push(sentence);
      heard();
    };
    const server = app!.getHttpServer() as unknown as TlsServer;
    const watching = watchTls(server, config.tls, report, stop.signal, 20);
    // It has looked once when this has passed.
    await new Promise((resolve) => setTimeout(resolve, 100));

    let reported = next();
    await writeFile(join(home, 'key.pem'), 'nonsense');
    await reported;
    expect(await shown(port)).toBe('first');
    do {
      reported = next();
      if (said.length === 1) await replace('second');
      await reported;
    } while (said.at(-1) !== 'the TLS certificate was replaced');
    expect(await shown(port)).toBe('second');
    stop.abort();
    await watching;
  });
});

describe('clients with certificates', () => {
  it('are answered, others are told, and health needs none', async () => {
    const ca = await generate([{ name: 'commonName', value: 'authority' }], {
      ...EC,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'keyUsage', keyCertSign: true },
      ],
    });
    const client = await generate([{ name: 'commonName', value: 'client' }], {
      ...EC,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{ name: 'extKeyUsage', clientAuth: true }],
    });
    const stranger = await generate([{ name: 'commonName', value: 'client' }], EC);
    await writeFile(join(home, 'ca.pem'), ca.cert);
    const config = configOf({
      FRAMEFOLD_TLS_CERT: 'generated',
      FRAMEFOLD_TLS_CLIENT_CA: join(home, 'ca.pem'),
    });
    // Under its own name by any port: the test's is not the configured one.
    const port = await serve({ ...config, allowedHosts: ['localhost'] });
    const authority = await readFile(config.tls.certificateFile);
    const get = (
      path: string,
      pair?: { cert: string; private: string },
      agent: https.Agent | false = false,
    ) =>
      ask(port, path, {
        ...{ ca: authority, agent },
        ...(pair === undefined ? {} : { cert: pair.cert, key: pair.private }),
      });
    expect((await get('/openapi.json', client)).status).toBe(200);
    for (const pair of [undefined, stranger]) {
      for (const path of ['/openapi.json', '/api/jobs', '/media/x/y', '/nothing']) {
        const answer = await get(path, pair);
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.text)).toMatchObject({ code: 'CLIENT_CERTIFICATE_REQUIRED' });
      }
      expect((await get('/healthz', pair)).status).toBe(200);
    }
    // What a session once was, it is when it is resumed.
    for (const [pair, status] of [
      [client, 200] as const,
      [undefined, 403] as const,
      [stranger, 403] as const,
    ]) {
      const remembering = new https.Agent();
      expect(await get('/openapi.json', pair, remembering)).toMatchObject({ status, resumed: false });
      expect(await get('/openapi.json', pair, remembering)).toMatchObject({ status, resumed: true });
    }
  });
});
