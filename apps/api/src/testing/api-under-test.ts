import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '@framefold/config';
import { type JobEvent, storeKeys } from '@framefold/domain';
import { happyLog } from '@framefold/domain/testing';
import { type Catalogue, createStore, type ObjectStore } from '@framefold/platform';
import type { INestApplication } from '@nestjs/common';
import { createMetrics } from '@framefold/telemetry';
import { FakeCatalogue } from '@framefold/testing';
import { v7 as uuidv7 } from 'uuid';
import { Backends } from '../backends.ts';
import { createApi } from '../create-api.ts';
import { closeHttp } from '../start/close-http.ts';
import { FakeTemporal } from './fake-temporal.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body as JSON. */
  readonly json: ReturnType<typeof JSON.parse>;
}

/** The API on a port of its own, with a real store, by default a folder; Temporal is a fake, and so is the catalogue by default. */
export interface ApiUnderTest<C extends Catalogue = FakeCatalogue> {
  readonly app: INestApplication;
  readonly config: Config;
  readonly port: number;
  readonly catalogue: C;
  readonly temporal: FakeTemporal;
  readonly store: ObjectStore;
  readonly backends: Backends;
  /** What the API takes for now, ms since the epoch. */
  now: number;
  /** Sends a request as it is: headers and path are not touched. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: unknown },
  ): Promise<Answer>;
  /** Records a log for a new job and returns its id. */
  jobWith(events: readonly JobEvent[]): Promise<string>;
  /** A job that is complete, with files in the store. */
  completeJob(files: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

/** How an API under test is to be. */
interface Options {
  /** Whether the backends have not come up yet. */
  readonly absent?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startApi(options: Options = {}): Promise<ApiUnderTest> {
  return await startApiOn(new FakeCatalogue(), options);
}

/** The API on a catalogue of the test's own, which it closes by itself. */
export async function startApiOn<C extends Catalogue>(
  catalogue: C,
  { absent = false, environment = {} }: Options = {},
): Promise<ApiUnderTest<C>> {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-api-'));
  const config = loadConfig({ FRAMEFOLD_HOME: folder, ...environment });
  const store = await createStore(config.store);
  const temporal = new FakeTemporal();
  const backends = new Backends();
  if (!absent) Object.assign(backends, { catalogue, temporal });
  const app = await createApi(
    { config, store, metrics: createMetrics(), backends, clock: () => api.now },
    false,
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const api: ApiUnderTest<C> = {
    app,
    config,
    port,
    catalogue,
    temporal,
    store,
    backends,
    now: 1_800_000_000_000,
    send: (method, path, options) => send(port, method, path, options),
    async jobWith(events) {
      const jobId = uuidv7();
      await catalogue.append(events.map((event, sequence) => ({ jobId, stream: 'job', sequence, event })));
      return jobId;
    },
    async completeJob(files) {
      const jobId = await api.jobWith(happyLog());
      for (const [path, content] of Object.entries(files))
        await store.put(storeKeys.outputFile(jobId, path), content);
      return jobId;
    },
    async close() {
      await closeHttp(app);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return api;
}

function send(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, method, path, agent: false, headers: { ...type, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(parts);
          const text = bytes.toString('utf8');
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            bytes,
            get json() {
              return JSON.parse(text);
            },
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}
