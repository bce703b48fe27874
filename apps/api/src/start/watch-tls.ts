import { stat } from 'node:fs/promises';
import { setInterval as every } from 'node:timers/promises';
import type { TlsConfig } from '@framefold/config';
import { readTls, type TlsMaterial } from './tls-material.ts';

/** How often the files are looked at, in ms. By name: those that renew certificates replace files, or links to them. */
const LOOK_MS = 5_000;

/** A server that can go over to another certificate. */
export interface TlsServer {
  setSecureContext(material: TlsMaterial): void;
}

/** What the files of a certificate look like from outside. */
async function mark({ certificateFile, keyFile, clientAuthoritiesFile }: TlsConfig): Promise<string> {
  const files = [
    certificateFile,
    keyFile,
    ...(clientAuthoritiesFile === undefined ? [] : [clientAuthoritiesFile]),
  ];
  const stats = await Promise.all(files.map((file) => stat(file)));
  return stats.map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`).join(', ');
}

/**
 * Has a server go over to a new certificate when its files change; connections that are there stay as they are. Files
 * that do not belong together (yet) are left alone until they do.
 *
 * @param report takes a line about what was done, and the error where it was not
 * @param signal ends it
 */
export async function watchTls(
  server: TlsServer,
  tls: TlsConfig,
  report: (sentence: string, error?: unknown) => void,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): Promise<void> {
  let current = await mark(tls).catch(() => '');
  try {
    for await (const _ of every(lookMs, undefined, { signal, ref: false })) {
      const seen = await mark(tls).catch(() => current);
      if (seen === current) continue;
      try {
        server.setSecureContext(await readTls(tls));
        report('the TLS certificate was replaced');
      } catch (error) {
        report('the new TLS certificate is not taken', error);
      }
      current = seen;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
