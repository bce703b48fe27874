import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** Every metric of Framefold's own. Durations are in seconds; speed is media seconds per second. */
const COUNTERS = {
  jobs: { name: 'framefold_jobs_total', help: 'Jobs that ended, by how', labelNames: ['status'] },
  segmentsEncoded: {
    name: 'framefold_segments_encoded_total',
    help: 'Media segments encoded, by rendition',
    labelNames: ['rendition'],
  },
  encodeAttempts: {
    name: 'framefold_encode_attempts_total',
    help: 'Attempts at a unit of encode work, by outcome',
    labelNames: ['outcome'],
  },
  sourceSeconds: {
    name: 'framefold_source_seconds_total',
    help: 'Seconds of source media taken in',
    labelNames: [],
  },
  httpRequests: {
    name: 'framefold_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['method', 'route', 'status'],
  },
} as const;

const HISTOGRAMS = {
  jobDuration: {
    name: 'framefold_job_duration_seconds',
    help: 'Time from submission to end of a job',
    labelNames: ['status'],
    buckets: [5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600],
  },
  chunkEncode: {
    name: 'framefold_chunk_encode_seconds',
    help: 'Time to encode a chunk in all its renditions',
    labelNames: [],
    buckets: [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600],
  },
  encodeSpeed: {
    name: 'framefold_encode_speed_ratio',
    help: 'Media seconds encoded per second, by chunk',
    labelNames: [],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
  },
  httpDuration: {
    name: 'framefold_http_request_duration_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const;

type Labels<T extends { readonly labelNames: readonly string[] }> = T['labelNames'][number];

/** The metrics of a process, each typed with its labels, and the registry that writes them out. */
export type Metrics = { readonly registry: Registry } & {
  readonly [K in keyof typeof COUNTERS]: Counter<Labels<(typeof COUNTERS)[K]>>;
} & { readonly [K in keyof typeof HISTOGRAMS]: Histogram<Labels<(typeof HISTOGRAMS)[K]>> };

/** The metrics of this process in a registry of their own, with those of Node.js and the process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <
    T extends { readonly name: string; readonly help: string; readonly labelNames: readonly string[] },
  >(
    row: T,
  ): Counter<Labels<T>> => new Counter({ ...row, registers });
  const histogram = <
    T extends {
      readonly name: string;
      readonly help: string;
      readonly labelNames: readonly string[];
      readonly buckets: readonly number[];
    },
  >(
    row: T,
  ): Histogram<Labels<T>> => new Histogram({ ...row, buckets: [...row.buckets], registers });
  return {
    registry,
    jobs: counter(COUNTERS.jobs),
    segmentsEncoded: counter(COUNTERS.segmentsEncoded),
    encodeAttempts: counter(COUNTERS.encodeAttempts),
    sourceSeconds: counter(COUNTERS.sourceSeconds),
    httpRequests: counter(COUNTERS.httpRequests),
    jobDuration: histogram(HISTOGRAMS.jobDuration),
    chunkEncode: histogram(HISTOGRAMS.chunkEncode),
    encodeSpeed: histogram(HISTOGRAMS.encodeSpeed),
    httpDuration: histogram(HISTOGRAMS.httpDuration),
  };
}
