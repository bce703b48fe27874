import { fileURLToPath } from 'node:url';
import { StackError } from './stack-error.ts';
import { readTemporalSettings, retentionArgv, startDevArgv } from './temporal-args.ts';

/** What the stack needs of the configuration; `loadConfig()` of @framefold/config gives it and more. */
export interface StackConfig {
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
  readonly grpcPort?: number | undefined;
  readonly listen: { readonly url: string };
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly tools: { readonly temporal: string | undefined };
  readonly drainSeconds: number;
  /** Whether a worker is part of the stack. */
  readonly stackWorker: boolean;
}

/** One process of the stack. */
export interface ChildSpec {
  readonly name: 'temporal' | 'control' | 'encode';
  readonly argv: readonly [string, ...string[]];
  /** Set in this child alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is given an IPC channel, at whose end it exits by itself. */
  readonly ipc: boolean;
  /** It is first started when this local port accepts connections. */
  readonly afterPort?: number;
  /** A command that is run (and repeated until it succeeds) once `port` accepts connections. */
  readonly afterStart?: { readonly port: number; readonly argv: readonly [string, ...string[]] };
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Stopped only after all that are not: the others need it to finish. */
  readonly stopsLast: boolean;
}

/** Everything the supervisor is told. It crosses a process boundary as JSON. */
export interface StackOptions {
  readonly home: string;
  readonly apiUrl: string;
  /** undefined when the Temporal server is somebody else's. */
  readonly temporalUiUrl?: string;
  /** The stack is ready when this answers 200 and every child runs. */
  readonly readyUrl: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly children: readonly ChildSpec[];
  /** Set in every child, over what it inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
}

const startTimeoutMs = 60_000;
const temporalGraceMs = 10_000;
// Over the drain time: the process still has to report what it gave up.
const graceAfterDrainMs = 10_000;

const repositoryFile = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/**
 * Derives the embedded stack from the configuration: the Temporal development server (unless the configuration
 * names another server), the control process and the encode process.
 *
 * @throws {StackError} TOOL_MISSING when a Temporal server is needed and no `temporal` command is known
 */
export function stackOptions(config: StackConfig): StackOptions {
  const { home, ports, temporal } = config;
  const apiUrl = config.listen.url;
  const embedded = temporal.address === `127.0.0.1:${ports.temporal}`;
  const server = embedded ? [temporalSpec(config)] : [];
  const drainMs = config.drainSeconds * 1000;
  const node = [process.execPath, '--enable-source-maps'] as const;
  const ours = {
    ipc: true,
    graceMs: drainMs + graceAfterDrainMs,
    stopsLast: false,
    ...(embedded ? { afterPort: ports.temporal } : {}),
  };
  const { api, controlMetrics, workerMetrics, ...temporalPorts } = ports;
  const worker: ChildSpec = {
    ...ours,
    name: 'encode',
    argv: [...node, repositoryFile('apps/worker/dist/main.js'), '--roles', 'media,encode-cpu,encode-gpu'],
  };
  return {
    home,
    apiUrl,
    ...(embedded ? { temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}` } : {}),
    readyUrl: `${apiUrl}/readyz`,
    ports: {
      ...{ api, controlMetrics, workerMetrics },
      ...(config.grpcPort === undefined ? {} : { grpc: config.grpcPort }),
      ...(embedded ? temporalPorts : {}),
    },
    children: [
      ...server,
      {
        ...ours,
        name: 'control',
        // Young objects, such as the chunks of an upload, take 12 MB at most instead of 48.
        argv: [...node, '--max-semi-space-size=4', repositoryFile('apps/api/dist/main.js')],
        // Each of its many threads would else have a heap of its own and keep what uploads have passed through it.
        env: { MALLOC_ARENA_MAX: '2' },
      },
      ...(config.stackWorker ? [worker] : []),
    ],
    // The children read the rest of the configuration from what they inherit; these two may have come from a
    // command-line option or have been relative to another folder.
    env: { FRAMEFOLD_HOME: home, FRAMEFOLD_PORT: `${ports.api}` },
    startTimeoutMs,
  };
}

function temporalSpec({ home, ports, temporal, tools }: StackConfig): ChildSpec {
  if (tools.temporal === undefined) {
    throw new StackError(
      'TOOL_MISSING',
      'No temporal command is known. Start through apps/cli/bin/framefold.mjs, which provides one, or name one in FRAMEFOLD_TEMPORAL.',
    );
  }
  const settings = readTemporalSettings(repositoryFile('temporal-config/development.json'));
  return {
    name: 'temporal',
    argv: startDevArgv(tools.temporal, settings, { home, ports, namespace: temporal.namespace }),
    ipc: false,
    afterStart: {
      port: ports.temporal,
      argv: retentionArgv(tools.temporal, settings, temporal),
    },
    graceMs: temporalGraceMs,
    stopsLast: true,
  };
}
