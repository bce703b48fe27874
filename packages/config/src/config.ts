import { availableParallelism, homedir } from 'node:os';
import { resolve } from 'node:path';
import { isLoopback, type JobQueue, type LimitCeilings } from '@framefold/domain';
import { z } from 'zod';
import { ACCESS_VARIABLES, type AccessConfig, accessConfig, accessProblems } from './access-config.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const positive = z.coerce.number().positive();
const count = z.coerce.number().int().positive();
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** Names of limits in the environment, and what they are called elsewhere. */
const CEILINGS = {
  cpu: 'maxCpuPercent',
  memory: 'maxMemoryMb',
  disk: 'maxDiskMb',
  time: 'timeoutSec',
} as const;
type CeilingName = keyof typeof CEILINGS;

/** `cpu=300,memory=4096`: percent of a core, MB, MB and seconds. */
const ceilings = z.string().transform((text, context) => {
  const found: Partial<Record<(typeof CEILINGS)[CeilingName], number>> = {};
  for (const part of text.split(',').filter(Boolean)) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    if (name === undefined || !Object.hasOwn(CEILINGS, name) || Number(value) === 0) {
      context.addIssue(`must be like cpu=300,memory=4096,disk=5000,time=3600`);
      return z.NEVER;
    }
    found[CEILINGS[name as CeilingName]] = Number(value);
  }
  return found;
});

/** `utilisation=1,temperature=0.5,jobs=20`: what each weighs; one that is left out weighs nothing. */
const weights = z.string().transform((text, context) => {
  const found = { utilisation: 0, temperature: 0, jobs: 0 };
  for (const part of text.split(',').filter(Boolean)) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (name === undefined || !Object.hasOwn(found, name)) {
      context.addIssue('must be like utilisation=1,temperature=0.5,jobs=20');
      return z.NEVER;
    }
    found[name as keyof typeof found] = Number(value);
  }
  return found;
});

/** `/mnt/store`, or `s3://bucket/prefix`. */
const storePlace = z.string().transform((text, context) => {
  if (text.startsWith('/')) return { kind: 'folder', folder: resolve(text) } as const;
  const [, bucket, path] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  const parts = (path ?? '').split('/').filter(Boolean);
  if (bucket === undefined || parts.some((part) => part.startsWith('.'))) {
    context.addIssue('must be the absolute path of a folder, or like s3://bucket/prefix');
    return z.NEVER;
  }
  return { kind: 's3', bucket, prefix: parts.map((part) => `${part}/`).join('') } as const;
});

const share = z.coerce.number().min(0.05).max(1);

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
  FRAMEFOLD_STORE: storePlace
    .optional()
    .describe('s3://bucket/prefix, or the path of a folder; by default a folder in the state folder'),
  FRAMEFOLD_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('URL of a service that speaks S3; by default that of AWS'),
  FRAMEFOLD_S3_PUBLIC_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('URL under which clients find that service, for presigned URLs; by default the same'),
  FRAMEFOLD_S3_REGION: z
    .string()
    .optional()
    .describe(
      'Region of the buckets; by default us-east-1 where an endpoint is given, else as AWS_REGION says',
    ),
  FRAMEFOLD_S3_PATH_STYLE: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether buckets are named in paths rather than in host names; auto: where an endpoint is given',
    ),
  FRAMEFOLD_S3_SOURCE_BUCKETS: list
    .default([])
    .describe('Buckets from which s3: sources are read, comma-separated'),
  FRAMEFOLD_FFMPEG: z.string().optional().describe('Path of ffmpeg; set by the set-up'),
  FRAMEFOLD_FFPROBE: z.string().optional().describe('Path of ffprobe; set by the set-up'),
  FRAMEFOLD_TEMPORAL: z.string().optional().describe('Path of the temporal command; set by the set-up'),
  FRAMEFOLD_BWRAP: z.string().optional().describe('Path of bubblewrap; set by the set-up'),
  FRAMEFOLD_ENCODE_SLOTS: count
    .default(availableParallelism())
    .describe('Chunks that a worker encodes at once'),
  FRAMEFOLD_LIVE_SLOTS: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('Further chunks that a worker encodes at once, of jobs in the live queue alone'),
  FRAMEFOLD_GPU_SLOTS: count.default(2).describe('Chunks that a worker encodes at once on each GPU'),
  FRAMEFOLD_GPU_WEIGHTS: weights
    .prefault('utilisation=1,temperature=0.5,jobs=20')
    .describe(
      'By which the GPU for a chunk is chosen: a percent of use, a degree, a chunk on it; least wins',
    ),
  FRAMEFOLD_GPU_PATIENCE_SECONDS: count
    .default(60)
    .describe('How long nobody may serve a GPU queue before its renditions are encoded in software'),
  FRAMEFOLD_GPU_STAND_INS: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('Pretended GPUs, on which libx264 encodes: for trying the GPU path without one'),
  FRAMEFOLD_SLICES: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('Whether each chunk gets a piece of the source by itself; auto: where the store is not local'),
  FRAMEFOLD_MEDIA_SLOTS: count
    .default(4)
    .describe('Probes, merges and audio encodes that a worker runs at once at most'),
  FRAMEFOLD_MEDIA_LOAD: share
    .default(0.9)
    .describe('Share of processors and memory in use above which a worker begins no more media work'),
  FRAMEFOLD_RESOURCE_CONTROL: z
    .enum(['auto', 'cgroup-v2', 'cgroup-v1', 'rlimit'])
    .default('auto')
    .describe('How limits of encoders are held; auto takes the best that the machine has'),
  FRAMEFOLD_CGROUP: z
    .string()
    .startsWith('/')
    .optional()
    .describe('Folder of a control group (v2) delegated to the worker; by default its own'),
  FRAMEFOLD_LIMITS: ceilings
    .prefault('')
    .describe('What one encode attempt may use at most, such as cpu=300,memory=4096,disk=5000,time=3600'),
  FRAMEFOLD_LIMITS_LIVE: ceilings
    .prefault('')
    .describe('The same for jobs in the live queue, in place of it'),
  FRAMEFOLD_LIMITS_BATCH: ceilings
    .prefault('')
    .describe('The same for jobs in the batch queue, in place of it'),
  FRAMEFOLD_SANDBOX: z
    .enum(['required', 'preferred', 'off'])
    .default('preferred')
    .describe(
      'required: no work without a sandbox; preferred: without one only files of this machine; off: trust all sources',
    ),
  FRAMEFOLD_DEPLOYMENT: z
    .string()
    .regex(/^[\w-]+$/, 'must be letters, digits, - and _')
    .optional()
    .describe('Name of the Temporal worker deployment; with it, jobs stay on the version that they began on'),
  FRAMEFOLD_BUILD_ID: z
    .string()
    .regex(/^[\w.-]+$/, 'must be letters, digits, ., - and _')
    .optional()
    .describe('Version of the workers in their deployment'),
  FRAMEFOLD_STACK_WORKER: z
    .enum(['yes', 'no'])
    .default('yes')
    .describe('Whether the embedded stack has a worker of its own; no where all workers are started apart'),
  FRAMEFOLD_WORKER_METRICS_PORT: port
    .optional()
    .describe('Port of the metrics of an encode worker; for several workers on one machine'),
  FRAMEFOLD_MAX_SOURCE_BYTES: positive.default(10 * 1024 ** 3).describe('Largest source in bytes'),
  FRAMEFOLD_MAX_UPLOAD_BYTES: count
    .optional()
    .describe('Largest upload in bytes; by default FRAMEFOLD_MAX_SOURCE_BYTES'),
  FRAMEFOLD_UPLOAD_HOURS: positive
    .default(24)
    .describe('How long an upload is kept after its last byte, or after the last job took it'),
  FRAMEFOLD_MAX_SOURCE_SECONDS: positive.default(12 * 3600).describe('Longest source in seconds'),
  FRAMEFOLD_MAX_SOURCE_PIXELS: positive.default(8192 * 4352).describe('Largest picture in pixels'),
  FRAMEFOLD_MAX_SOURCE_FRAMES: positive.default(5_000_000).describe('Most frames of a source'),
  FRAMEFOLD_PRIVATE_NETWORKS: z
    .enum(['deny', 'allow'])
    .default('deny')
    .describe('Whether sources and webhooks may be on private or loopback addresses'),
  FRAMEFOLD_FILE_ROOTS: list
    .optional()
    .describe(
      'Folders from which file: sources are read, comma-separated; by default / where no keys are needed and Temporal is on this machine, else none',
    ),
  FRAMEFOLD_ALLOWED_HOSTS: list
    .default([])
    .describe('Further Host names under which the API answers, comma-separated'),
  ...ACCESS_VARIABLES,
  FRAMEFOLD_WEBHOOK_SECRET: z
    .string()
    .min(16)
    // Receivers' libraries refuse any other length or padding, whatever the one that signs makes of it.
    .regex(
      /^(?!whsec_)|^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
      'must be base64 after whsec_, of whole bytes: check that nothing of it is missing',
    )
    .optional()
    .describe(
      'First secret that signs webhooks (Standard Webhooks); by default generated into the state folder',
    ),
  FRAMEFOLD_WEBHOOK_HOURS: positive.default(24).describe('How long the delivery of a webhook is tried'),
  FRAMEFOLD_WEBHOOK_OVERLAP_HOURS: positive
    .default(24)
    .describe('How long a webhook secret signs beside the one that took its place'),
  FRAMEFOLD_KEEP_FAILED_HOURS: positive
    .default(72)
    .describe('How long the finished pieces of a job that failed are kept, for running it again'),
  FRAMEFOLD_PLAYBACK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Secret that signs the URLs of output; without it anybody who reaches the API can read output'),
  FRAMEFOLD_DRAIN_SECONDS: positive
    .default(30)
    .describe('Time that a stopping worker gives running chunks to finish'),
});

/** Where an S3 service is, and how it names its buckets. Credentials are the SDK's matter. */
export interface S3Access {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly pathStyle: boolean;
}

/** The service of the store, and where clients find it if that is elsewhere. */
interface StoreAccess extends S3Access {
  readonly publicEndpoint: string | undefined;
}

/** Where everything of an installation lies and listens. */
export interface Config extends AccessConfig {
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
  /** Where objects are kept: in a folder, or in a bucket under a prefix (empty, or with `/` at its end). */
  readonly store:
    | { readonly kind: 'folder'; readonly folder: string }
    | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string; readonly access: StoreAccess };
  readonly s3: S3Access & { readonly sourceBuckets: readonly string[] };
  readonly folders: {
    readonly catalogue: string;
    readonly scratch: string;
    /** Of unfinished uploads: on one file system with a store in the state folder, so that they move there. */
    readonly uploads: string;
  };
  readonly tools: {
    readonly ffmpeg: string | undefined;
    readonly ffprobe: string | undefined;
    readonly temporal: string | undefined;
    readonly bwrap: string | undefined;
  };
  readonly slots: { readonly encode: number; readonly live: number; readonly media: number };
  readonly gpu: {
    /** Chunks at once on each device. */
    readonly slots: number;
    readonly weights: { readonly utilisation: number; readonly temperature: number; readonly jobs: number };
    /** How long nobody may serve their queue before software takes over. */
    readonly patienceSeconds: number;
    /** Pretended devices. */
    readonly standIns: number;
  };
  /** Share of processors and memory, from 0 to 1. */
  readonly mediaLoad: number;
  readonly resourceControl: 'auto' | 'cgroup-v2' | 'cgroup-v1' | 'rlimit';
  readonly cgroup: string | undefined;
  /** What an attempt may use at most, by the queue of its job. */
  readonly ceilings: Readonly<Record<JobQueue, LimitCeilings>>;
  readonly slices: 'auto' | 'always' | 'never';
  readonly sandbox: 'required' | 'preferred' | 'off';
  readonly deployment: { readonly name: string; readonly buildId: string } | undefined;
  readonly limits: {
    readonly sourceBytes: number;
    readonly uploadBytes: number;
    readonly sourceSeconds: number;
    readonly sourcePixels: number;
    readonly sourceFrames: number;
  };
  readonly uploadHours: number;
  readonly privateNetworks: 'deny' | 'allow';
  readonly fileRoots: readonly string[];
  /** Folders in which Framefold keeps what is its own and its tenants'. */
  readonly ownFolders: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly webhookSecret: string | undefined;
  readonly keepFailedHours: number;
  readonly webhooks: { readonly hours: number; readonly overlapHours: number };
  readonly playbackSecret: string | undefined;
  readonly drainSeconds: number;
  readonly stackWorker: boolean;
}

/** Programs for tests, which the set-up names in the environment of every command that it prepares. */
const TEST_TOOLS: ReadonlySet<string> = new Set([
  'FRAMEFOLD_CHROMIUM',
  'FRAMEFOLD_UML',
  'FRAMEFOLD_QEMU',
  'FRAMEFOLD_S3_SERVER',
  'FRAMEFOLD_SCHEMATHESIS',
]);

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
    (name) => name.startsWith('FRAMEFOLD_') && !known.includes(name) && !TEST_TOOLS.has(name),
  );
  const halfDeployed = 'FRAMEFOLD_DEPLOYMENT' in given !== 'FRAMEFOLD_BUILD_ID' in given;
  const problems = [
    ...(halfDeployed ? ['FRAMEFOLD_DEPLOYMENT, FRAMEFOLD_BUILD_ID: each needs the other'] : []),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    ...(parsed.success ? accessProblems(parsed.data) : []),
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
  const s3 = s3Access(env);
  const store = storeOf(env.FRAMEFOLD_STORE ?? { kind: 'folder', folder: resolve(home, 'store') }, {
    ...s3,
    publicEndpoint: env.FRAMEFOLD_S3_PUBLIC_ENDPOINT,
  });
  const folders = {
    catalogue: resolve(home, 'catalogue'),
    scratch: resolve(home, 'scratch'),
    uploads: resolve(home, 'uploads'),
  };
  const access = accessConfig(env, { port: api, home, cwd });
  const temporalAddress = env.FRAMEFOLD_TEMPORAL_ADDRESS ?? `127.0.0.1:${api + 1}`;
  // Who may use it sits at this machine and can read its files anyway.
  const temporalHost = temporalAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const isForItsOwner = !access.keysRequired && isLoopback(temporalHost);
  return {
    home,
    ports: {
      api,
      temporal: api + 1,
      temporalUi: api + 2,
      temporalMetrics: api + 3,
      controlMetrics: api + 4,
      workerMetrics: env.FRAMEFOLD_WORKER_METRICS_PORT ?? api + 5,
    },
    logLevel: env.FRAMEFOLD_LOG_LEVEL,
    temporal: {
      address: temporalAddress,
      namespace: env.FRAMEFOLD_TEMPORAL_NAMESPACE,
    },
    databaseUrl: env.DATABASE_URL,
    store,
    s3: { ...s3, sourceBuckets: env.FRAMEFOLD_S3_SOURCE_BUCKETS },
    folders,
    tools: {
      ffmpeg: env.FRAMEFOLD_FFMPEG,
      ffprobe: env.FRAMEFOLD_FFPROBE,
      temporal: env.FRAMEFOLD_TEMPORAL,
      bwrap: env.FRAMEFOLD_BWRAP,
    },
    slots: {
      encode: env.FRAMEFOLD_ENCODE_SLOTS,
      live: env.FRAMEFOLD_LIVE_SLOTS,
      media: env.FRAMEFOLD_MEDIA_SLOTS,
    },
    gpu: {
      slots: env.FRAMEFOLD_GPU_SLOTS,
      weights: env.FRAMEFOLD_GPU_WEIGHTS,
      patienceSeconds: env.FRAMEFOLD_GPU_PATIENCE_SECONDS,
      standIns: env.FRAMEFOLD_GPU_STAND_INS,
    },
    mediaLoad: env.FRAMEFOLD_MEDIA_LOAD,
    resourceControl: env.FRAMEFOLD_RESOURCE_CONTROL,
    cgroup: env.FRAMEFOLD_CGROUP,
    ceilings: {
      default: env.FRAMEFOLD_LIMITS,
      live: orElse(env.FRAMEFOLD_LIMITS_LIVE, env.FRAMEFOLD_LIMITS),
      batch: orElse(env.FRAMEFOLD_LIMITS_BATCH, env.FRAMEFOLD_LIMITS),
    },
    sandbox: env.FRAMEFOLD_SANDBOX,
    deployment:
      env.FRAMEFOLD_DEPLOYMENT === undefined || env.FRAMEFOLD_BUILD_ID === undefined
        ? undefined
        : { name: env.FRAMEFOLD_DEPLOYMENT, buildId: env.FRAMEFOLD_BUILD_ID },
    limits: {
      sourceBytes: env.FRAMEFOLD_MAX_SOURCE_BYTES,
      uploadBytes: env.FRAMEFOLD_MAX_UPLOAD_BYTES ?? Math.floor(env.FRAMEFOLD_MAX_SOURCE_BYTES),
      sourceSeconds: env.FRAMEFOLD_MAX_SOURCE_SECONDS,
      sourcePixels: env.FRAMEFOLD_MAX_SOURCE_PIXELS,
      sourceFrames: env.FRAMEFOLD_MAX_SOURCE_FRAMES,
    },
    uploadHours: env.FRAMEFOLD_UPLOAD_HOURS,
    slices: env.FRAMEFOLD_SLICES,
    privateNetworks: env.FRAMEFOLD_PRIVATE_NETWORKS,
    fileRoots: env.FRAMEFOLD_FILE_ROOTS ?? (isForItsOwner ? ['/'] : []),
    ownFolders: [...Object.values(folders), ...(store.kind === 'folder' ? [store.folder] : [])],
    allowedHosts: env.FRAMEFOLD_ALLOWED_HOSTS,
    ...access,
    webhookSecret: env.FRAMEFOLD_WEBHOOK_SECRET,
    keepFailedHours: env.FRAMEFOLD_KEEP_FAILED_HOURS,
    webhooks: {
      hours: env.FRAMEFOLD_WEBHOOK_HOURS,
      overlapHours: env.FRAMEFOLD_WEBHOOK_OVERLAP_HOURS,
    },
    playbackSecret: env.FRAMEFOLD_PLAYBACK_SECRET,
    drainSeconds: env.FRAMEFOLD_DRAIN_SECONDS,
    stackWorker: env.FRAMEFOLD_STACK_WORKER === 'yes',
  };
}

function s3Access(env: z.infer<typeof Environment>): S3Access {
  const endpoint = env.FRAMEFOLD_S3_ENDPOINT;
  const style = env.FRAMEFOLD_S3_PATH_STYLE;
  return {
    endpoint,
    // Services beside AWS have one region, and expect this name of it in signatures.
    region: env.FRAMEFOLD_S3_REGION ?? (endpoint === undefined ? undefined : 'us-east-1'),
    pathStyle: style === 'auto' ? endpoint !== undefined : style === 'always',
  };
}

function storeOf(place: z.infer<typeof storePlace>, access: StoreAccess): Config['store'] {
  return place.kind === 'folder' ? place : { ...place, access };
}

/** What one class is granted, or what all are. */
function orElse(own: LimitCeilings, common: LimitCeilings): LimitCeilings {
  return Object.keys(own).length === 0 ? common : own;
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
    defaultValue: defaultOf(schema),
  }));
}

function defaultOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return String(schema.def.defaultValue);
  return '';
}
