import { availableParallelism, homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const positive = z.coerce.number().positive();
const count = z.coerce.number().int().positive();
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** Every environment variable that Framefold reads, with its default. docs/configuration.md is made from the descriptions. */
const Environment = z.object({
  FRAMEFOLD_HOME: z
    .string()
    .min(1)
    .default('.framefold')
    .describe('Folder of all state: store, catalogue, Temporal, logs'),
  FRAMEFOLD_PORT: port.max(65_500).default(8080).describe('Port of the API; the other ports follow it'),
  FRAMEFOLD_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severe log level written'),
  FRAMEFOLD_TEMPORAL_ADDRESS: z
    .string()
    .optional()
    .describe('host:port of a Temporal server; by default the embedded one'),
  FRAMEFOLD_TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  DATABASE_URL: z
    .string()
    .optional()
    .describe('PostgreSQL server for the catalogue; by default PGlite in the state folder'),
  FRAMEFOLD_FFMPEG: z.string().optional().describe('Path of ffmpeg; set by the set-up'),
  FRAMEFOLD_FFPROBE: z.string().optional().describe('Path of ffprobe; set by the set-up'),
  FRAMEFOLD_TEMPORAL: z.string().optional().describe('Path of the temporal command; set by the set-up'),
  FRAMEFOLD_BWRAP: z.string().optional().describe('Path of bubblewrap; set by the set-up'),
  FRAMEFOLD_ENCODE_SLOTS: count
    .default(availableParallelism())
    .describe('Chunks that a worker encodes at once'),
  FRAMEFOLD_MEDIA_SLOTS: count
    .default(4)
    .describe('Probes, merges and audio encodes that a worker runs at once'),
  FRAMEFOLD_MAX_SOURCE_BYTES: positive.default(10 * 1024 ** 3).describe('Largest source in bytes'),
  FRAMEFOLD_MAX_SOURCE_SECONDS: positive.default(12 * 3600).describe('Longest source in seconds'),
  FRAMEFOLD_MAX_SOURCE_PIXELS: positive.default(8192 * 4352).describe('Largest picture in pixels'),
  FRAMEFOLD_MAX_SOURCE_FRAMES: positive.default(5_000_000).describe('Most frames of a source'),
  FRAMEFOLD_PRIVATE_NETWORKS: z
    .enum(['deny', 'allow'])
    .default('deny')
    .describe('Whether sources and webhooks may be on private or loopback addresses'),
  FRAMEFOLD_FILE_ROOTS: list
    .default(['/'])
    .describe('Folders from which file: sources are read, comma-separated'),
  FRAMEFOLD_ALLOWED_HOSTS: list
    .default([])
    .describe('Further Host names under which the API answers, comma-separated'),
  FRAMEFOLD_WEBHOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Secret that signs webhooks (Standard Webhooks); by default generated into the state folder'),
  FRAMEFOLD_DRAIN_SECONDS: positive
    .default(30)
    .describe('Time that a stopping worker gives running chunks to finish'),
});

/** Where everything of an installation lies and listens. */
export interface Config {
  /** Absolute. */
  readonly home: string;
  readonly ports: {
    readonly api: number;
    readonly temporal: number;
    readonly temporalUi: number;
    readonly temporalMetrics: number;
    readonly controlMetrics: number;
    readonly workerMetrics: number;
  };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly databaseUrl: string | undefined;
  readonly folders: { readonly store: string; readonly catalogue: string; readonly scratch: string };
  readonly tools: {
    readonly ffmpeg: string | undefined;
    readonly ffprobe: string | undefined;
    readonly temporal: string | undefined;
    readonly bwrap: string | undefined;
  };
  readonly slots: { readonly encode: number; readonly media: number };
  readonly limits: {
    readonly sourceBytes: number;
    readonly sourceSeconds: number;
    readonly sourcePixels: number;
    readonly sourceFrames: number;
  };
  readonly privateNetworks: 'deny' | 'allow';
  readonly fileRoots: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly webhookSecret: string | undefined;
  readonly drainSeconds: number;
}

/** Names every bad variable, never a value: values may be secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration, once, from `environment`.
 *
 * @throws {ConfigError} naming every variable that is not as it should be
 */
export function loadConfig(
  environment: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): Config {
  const known = Object.keys(Environment.shape);
  const given = Object.fromEntries(
    known.flatMap((name) =>
      environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]],
    ),
  );
  const parsed = Environment.safeParse(given);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('FRAMEFOLD_') && !known.includes(name) && name !== 'FRAMEFOLD_CHROMIUM',
  );
  const problems = [
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    ...unknown.map((name) => `${name}: not a variable of Framefold`),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `The configuration is not valid.\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  const env = parsed.data;
  const home = resolve(cwd, env.FRAMEFOLD_HOME.replace(/^~(?=\/|$)/, homedir()));
  const api = env.FRAMEFOLD_PORT;
  return {
    home,
    ports: {
      api,
      temporal: api + 1,
      temporalUi: api + 2,
      temporalMetrics: api + 3,
      controlMetrics: api + 4,
      workerMetrics: api + 5,
    },
    logLevel: env.FRAMEFOLD_LOG_LEVEL,
    temporal: {
      address: env.FRAMEFOLD_TEMPORAL_ADDRESS ?? `127.0.0.1:${api + 1}`,
      namespace: env.FRAMEFOLD_TEMPORAL_NAMESPACE,
    },
    databaseUrl: env.DATABASE_URL,
    folders: {
      store: resolve(home, 'store'),
      catalogue: resolve(home, 'catalogue'),
      scratch: resolve(home, 'scratch'),
    },
    tools: {
      ffmpeg: env.FRAMEFOLD_FFMPEG,
      ffprobe: env.FRAMEFOLD_FFPROBE,
      temporal: env.FRAMEFOLD_TEMPORAL,
      bwrap: env.FRAMEFOLD_BWRAP,
    },
    slots: { encode: env.FRAMEFOLD_ENCODE_SLOTS, media: env.FRAMEFOLD_MEDIA_SLOTS },
    limits: {
      sourceBytes: env.FRAMEFOLD_MAX_SOURCE_BYTES,
      sourceSeconds: env.FRAMEFOLD_MAX_SOURCE_SECONDS,
      sourcePixels: env.FRAMEFOLD_MAX_SOURCE_PIXELS,
      sourceFrames: env.FRAMEFOLD_MAX_SOURCE_FRAMES,
    },
    privateNetworks: env.FRAMEFOLD_PRIVATE_NETWORKS,
    fileRoots: env.FRAMEFOLD_FILE_ROOTS,
    allowedHosts: env.FRAMEFOLD_ALLOWED_HOSTS,
    webhookSecret: env.FRAMEFOLD_WEBHOOK_SECRET,
    drainSeconds: env.FRAMEFOLD_DRAIN_SECONDS,
  };
}

/** An environment variable as the documentation shows it. */
export interface VariableDescription {
  readonly name: string;
  readonly description: string;
  /** Empty where there is none. */
  readonly defaultValue: string;
}

/** The variables of {@link loadConfig}, for the documentation. */
export function describeEnvironment(): VariableDescription[] {
  return Object.entries(Environment.shape).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    defaultValue: schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : '',
  }));
}
