import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { listeningProblems, type RateLimit } from '@framefold/domain';
import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

const rateLimit = z.string().transform((text, context): RateLimit => {
  const [, rate, burst] = /^rate=(\d+),burst=(\d+)$/.exec(text.replaceAll(' ', '')) ?? [];
  if (Number(rate) > 0 && Number(burst) > 0) return { perSecond: Number(rate), burst: Number(burst) };
  context.addIssue('must be like rate=100,burst=200');
  return z.NEVER;
});

function isNetwork(text: string): boolean {
  const [address = '', bits = '0', ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= most;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

/** Where keys are required and nothing else is said. */
const DEFAULT_RATE_LIMIT: RateLimit = { perSecond: 100, burst: 200 };

/** The variables that say who reaches the API and how. */
export const ACCESS_VARIABLES = {
  FRAMEFOLD_LISTEN: z
    .string()
    .refine((text) => text === 'localhost' || isIP(text) !== 0, 'must be an IP address of this machine')
    .default('127.0.0.1')
    .describe('Address that the API listens on; others than loopback need keys, and TLS or a proxy'),
  FRAMEFOLD_GRPC_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Port on which the API answers gRPC, at the same address; without it there is none'),
  FRAMEFOLD_KEYS: z
    .enum(['none', 'required'])
    .default('none')
    .describe('Whether every request to the API needs an API key'),
  FRAMEFOLD_TLS_CERT: z
    .string()
    .optional()
    .describe(
      'File of the certificate chain (PEM) that the API shows, or generated: a self-signed one in the state folder',
    ),
  FRAMEFOLD_TLS_KEY: z.string().optional().describe('File of the private key (PEM) of FRAMEFOLD_TLS_CERT'),
  FRAMEFOLD_TLS_CLIENT_CA: z
    .string()
    .optional()
    .describe('File of the authorities (PEM) one of which must have signed the certificate of each client'),
  FRAMEFOLD_PROXY: list
    .refine(
      (items) => items.every(isNetwork),
      'must be IP addresses, or networks such as 10.0.0.0/8; comma-separated',
    )
    .default([])
    .describe('Addresses or networks of the proxies in front, whose X-Forwarded headers are believed'),
  FRAMEFOLD_CORS_ORIGINS: list
    .refine((items) => items.every(isOrigin), 'must be origins such as https://app.example, comma-separated')
    .default([])
    .describe('Origins of web pages that may call the API, such as https://app.example'),
  FRAMEFOLD_RATE_LIMIT: rateLimit
    .optional()
    .describe(
      'Requests of each client; by default rate=100,burst=200 where keys are required, else no limit',
    ),
  FRAMEFOLD_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where clients find the API: the command, and who gets links; by default this machine'),
  FRAMEFOLD_API_KEY: z
    .string()
    .optional()
    .describe("API key of the command; by default the stack's own, in the state folder"),
  FRAMEFOLD_API_CLIENT_CERT: z
    .string()
    .optional()
    .describe('File of the client certificate (PEM) that the command shows to the API'),
  FRAMEFOLD_API_CLIENT_KEY: z
    .string()
    .optional()
    .describe('File of the private key (PEM) of FRAMEFOLD_API_CLIENT_CERT'),
};

type AccessEnvironment = z.infer<z.ZodObject<typeof ACCESS_VARIABLES>>;

/** How the API speaks TLS. Paths are absolute. */
export interface TlsConfig {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Whether Framefold makes the two itself. */
  readonly generated: boolean;
  /** With it, clients must show a certificate that one of these authorities signed. */
  readonly clientAuthoritiesFile: string | undefined;
}

/** Who reaches the API and how. */
export interface AccessConfig {
  readonly listen: {
    readonly address: string;
    /** Where this machine reaches it. */
    readonly url: string;
    readonly tls: TlsConfig | undefined;
    readonly proxies: readonly string[];
    readonly corsOrigins: readonly string[];
  };
  /** Where it answers gRPC; undefined: nowhere. */
  readonly grpcPort: number | undefined;
  readonly keysRequired: boolean;
  /** Where the stack keeps a key of its own, for its operator's command; absolute. */
  readonly operatorKeyFile: string;
  readonly rateLimit: RateLimit | undefined;
  /** How clients reach the API. */
  readonly api: {
    readonly url: string;
    /** Whether that is the stack of this machine. */
    readonly isLocal: boolean;
    readonly key: string | undefined;
    readonly clientCertificate: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  };
}

/** What is wrong between these variables, a line each. */
export function accessProblems(env: AccessEnvironment): string[] {
  const { FRAMEFOLD_TLS_CERT: certificate, FRAMEFOLD_TLS_KEY: key } = env;
  const ownCertificate = certificate !== undefined && certificate !== 'generated';
  return [
    ...(ownCertificate !== (key !== undefined)
      ? ['FRAMEFOLD_TLS_CERT, FRAMEFOLD_TLS_KEY: a certificate of your own needs both, generated no key']
      : []),
    ...(certificate === undefined && env.FRAMEFOLD_TLS_CLIENT_CA !== undefined
      ? ['FRAMEFOLD_TLS_CLIENT_CA: needs FRAMEFOLD_TLS_CERT']
      : []),
    ...((env.FRAMEFOLD_API_CLIENT_CERT === undefined) !== (env.FRAMEFOLD_API_CLIENT_KEY === undefined)
      ? ['FRAMEFOLD_API_CLIENT_CERT, FRAMEFOLD_API_CLIENT_KEY: each needs the other']
      : []),
    ...listeningProblems({
      address: env.FRAMEFOLD_LISTEN,
      keys: env.FRAMEFOLD_KEYS === 'required',
      tls: certificate !== undefined,
      proxy: env.FRAMEFOLD_PROXY.length > 0,
    }).map((problem) => `FRAMEFOLD_LISTEN: ${problem}`),
  ];
}

/**
 * The part of the configuration that these variables make.
 *
 * @param port of the API
 * @param home the state folder, absolute
 */
export function accessConfig(
  env: AccessEnvironment,
  { port, home, cwd }: { readonly port: number; readonly home: string; readonly cwd: string },
): AccessConfig {
  const pair = (certificate: string | undefined, key: string | undefined) =>
    certificate === undefined || key === undefined
      ? undefined
      : { certificateFile: resolve(cwd, certificate), keyFile: resolve(cwd, key) };
  const clientCa = env.FRAMEFOLD_TLS_CLIENT_CA;
  const generated = env.FRAMEFOLD_TLS_CERT === 'generated';
  const certificate = generated
    ? { certificateFile: resolve(home, 'tls/certificate.pem'), keyFile: resolve(home, 'tls/key.pem') }
    : pair(env.FRAMEFOLD_TLS_CERT, env.FRAMEFOLD_TLS_KEY);
  const keysRequired = env.FRAMEFOLD_KEYS === 'required';
  const url = `${certificate === undefined ? 'http' : 'https'}://${reachable(env.FRAMEFOLD_LISTEN)}:${port}`;
  return {
    listen: {
      address: env.FRAMEFOLD_LISTEN,
      url,
      tls:
        certificate === undefined
          ? undefined
          : {
              ...certificate,
              generated,
              clientAuthoritiesFile: clientCa === undefined ? undefined : resolve(cwd, clientCa),
            },
      proxies: env.FRAMEFOLD_PROXY,
      corsOrigins: env.FRAMEFOLD_CORS_ORIGINS,
    },
    grpcPort: env.FRAMEFOLD_GRPC_PORT,
    keysRequired,
    operatorKeyFile: resolve(home, 'operator-key'),
    rateLimit: env.FRAMEFOLD_RATE_LIMIT ?? (keysRequired ? DEFAULT_RATE_LIMIT : undefined),
    api: {
      url: (env.FRAMEFOLD_API_URL ?? url).replace(/\/+$/, ''),
      isLocal: env.FRAMEFOLD_API_URL === undefined,
      key: env.FRAMEFOLD_API_KEY,
      clientCertificate: pair(env.FRAMEFOLD_API_CLIENT_CERT, env.FRAMEFOLD_API_CLIENT_KEY),
    },
  };
}

/** Under which address this machine reaches what listens on `address`. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return isIP(address) === 6 ? `[${address}]` : address;
}
