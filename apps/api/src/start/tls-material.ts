import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Config, TlsConfig } from '@framefold/config';

const DAY_MS = 86_400_000;

/** Browsers take no certificate of more than 398 days. */
const LIFETIME_DAYS = 365;

/** A generated certificate is replaced when it has fewer days than these left. */
const RENEW_DAYS = 30;

/** What a server speaks TLS with. PEM. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
  readonly ca?: Buffer;
  /**
   * Clients are asked for a certificate, and those without one are refused by a middleware instead of the handshake:
   * so they get told why, and health checks need none.
   */
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/**
 * Reads certificate and key, and makes them first where they are to be generated and there are none that last.
 *
 * @throws {Error} naming the files that cannot be read or do not belong together
 */
export async function loadTls(
  tls: TlsConfig,
  names: Pick<Config, 'listen' | 'allowedHosts'>,
): Promise<TlsMaterial> {
  if (tls.generated && !(await lasts(tls.certificateFile, namesOf(names))))
    await generate(tls, namesOf(names));
  return await readTls(tls);
}

/** @throws {Error} naming the files that cannot be read or do not belong together */
export async function readTls({
  certificateFile,
  keyFile,
  clientAuthoritiesFile,
}: TlsConfig): Promise<TlsMaterial> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(certificateFile),
      readFile(keyFile),
      clientAuthoritiesFile === undefined ? undefined : readFile(clientAuthoritiesFile),
    ]);
    const material = {
      ...{ cert, key, minVersion: 'TLSv1.2' as const },
      ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }),
    };
    createSecureContext(material satisfies SecureContextOptions);
    return material;
  } catch (error) {
    const files = [certificateFile, keyFile, clientAuthoritiesFile].filter(Boolean).join(', ');
    throw new Error(`TLS cannot be spoken with ${files}: ${String(error)}`, { cause: error });
  }
}

/** All names under which the service may be called. */
function namesOf({ listen, allowedHosts }: Pick<Config, 'listen' | 'allowedHosts'>): string[] {
  const hosts = allowedHosts.map((host) => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), listen.address, ...hosts])];
}

async function lasts(certificateFile: string, names: readonly string[]): Promise<boolean> {
  try {
    const certificate = new X509Certificate(await readFile(certificateFile));
    const covers = (name: string): boolean =>
      (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
    return Date.parse(certificate.validTo) - Date.now() > RENEW_DAYS * DAY_MS && names.every(covers);
  } catch {
    return false;
  }
}

async function generate({ certificateFile, keyFile }: TlsConfig, names: readonly string[]): Promise<void> {
  // Loaded where it is needed alone: few installations do.
  const { generate: generateCertificate } = await import('selfsigned');
  const made = await generateCertificate([{ name: 'commonName', value: 'Framefold' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + LIFETIME_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  // The key first: a certificate without its key would look as if all were there.
  await writeOwn(keyFile, made.private);
  await writeOwn(certificateFile, made.cert);
}

async function writeOwn(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
