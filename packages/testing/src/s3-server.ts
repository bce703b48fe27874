import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

const BUCKET = 'framefold-test';

/** May do all. */
const ADMIN = { accessKeyId: 'admin', secretAccessKey: 'admin-secret' };
/** May read everywhere, and write to the one bucket: with the right to make buckets, this server makes those that lack. */
const PROGRAM = { accessKeyId: 'framefold', secretAccessKey: 'framefold-secret' };

/** Master, volume, filer and S3, each with a second port for gRPC. */
const PORTS = 8;

/** A real S3 server of a test's own, with an empty bucket. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** What programs must have in their environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** For what programs can't do themselves: it may do all. */
  readonly client: S3Client;
  /** Makes another bucket, which programs may only read. */
  makeBucket(name: string): Promise<void>;
  put(bucket: string, key: string, body: Buffer): Promise<void>;
  get(bucket: string, key: string): Promise<Buffer>;
  /** The first thousand keys of {@link bucket} below a prefix. */
  keys(prefix: string): Promise<string[]>;
  /** The keys below a prefix whose objects are being written in parts, and are not there yet. */
  unfinishedKeys(prefix: string): Promise<string[]>;
  /** Kills it as a crash would; what it has confirmed stays. */
  kill(): Promise<void>;
  /** Starts it again after it was killed, at the same place. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts SeaweedFS, which the set-up provides, and waits until it serves. Whoever starts it ends it. */
export async function startS3Server(): Promise<S3Server> {
  // Framefold itself never starts one, so this is not part of its configuration.
  const program = process.env.FRAMEFOLD_S3_SERVER;
  if (program === undefined || program === '')
    throw new Error('FRAMEFOLD_S3_SERVER is not set; run the tests by npm test.');
  const server = new SeaweedServer(
    program,
    await mkdtemp(join(tmpdir(), 'framefold-s3-')),
    await freePorts(PORTS),
  );
  await server.start();
  await server.makeBucket(server.bucket);
  return server;
}

class SeaweedServer implements S3Server {
  readonly bucket = BUCKET;
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
  readonly client: S3Client;
  readonly #program: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(program: string, folder: string, port: number) {
    this.#program = program;
    this.#folder = folder;
    this.#port = port;
    this.endpoint = `http://127.0.0.1:${port + 6}`;
    this.env = {
      AWS_ACCESS_KEY_ID: PROGRAM.accessKeyId,
      AWS_SECRET_ACCESS_KEY: PROGRAM.secretAccessKey,
      FRAMEFOLD_S3_ENDPOINT: this.endpoint,
    };
    this.client = new S3Client({
      endpoint: this.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: ADMIN,
    });
  }

  async start(): Promise<void> {
    const identities = join(this.#folder, 'identities.json');
    await writeFile(
      identities,
      JSON.stringify({
        identities: [
          identity('admin', ADMIN, ['Admin', 'Read', 'Write', 'List']),
          identity('program', PROGRAM, ['Read', 'List', `Write:${BUCKET}`]),
        ],
      }),
    );
    const child = spawn(this.#program, this.#argv(identities), { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    this.#process = child;
    const log = createWriteStream(join(this.#folder, 'log'), { flags: 'a' });
    for (const output of [child.stdout, child.stderr]) output.pipe(log, { end: false });
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`The S3 server ended; see ${String(log.path)}.`);
      // It answers early, and can do something only when its parts have found each other.
      const answer = await fetch(`${this.endpoint}/`).catch(() => undefined);
      const volumes = await fetch(`http://127.0.0.1:${this.#port}/dir/assign`).catch(() => undefined);
      return answer !== undefined && volumes?.ok === true;
    });
  }

  #argv(identities: string): string[] {
    const at = (offset: number): string => String(this.#port + offset);
    return [
      ...['-logtostderr=true', 'server', `-dir=${this.#folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1'],
      ...[
        `-master.port=${at(0)}`,
        `-master.port.grpc=${at(1)}`,
        '-master.volumeSizeLimitMB=128',
        '-master.electionTimeout=1s',
      ],
      ...[
        `-volume.port=${at(2)}`,
        `-volume.port.grpc=${at(3)}`,
        '-volume.max=50',
        '-volume.preStopSeconds=0',
      ],
      ...['-filer', `-filer.port=${at(4)}`, `-filer.port.grpc=${at(5)}`],
      ...['-s3', `-s3.port=${at(6)}`, `-s3.port.grpc=${at(7)}`, `-s3.config=${identities}`],
      ...['-s3.port.iceberg=0', '-s3.port.lance=0'],
    ];
  }

  async makeBucket(name: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket: name }));
  }

  async put(bucket: string, key: string, body: Buffer): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  async get(bucket: string, key: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async keys(prefix: string): Promise<string[]> {
    const query = { Bucket: this.bucket, Prefix: prefix };
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command(query));
    return Contents.map(({ Key = '' }) => Key);
  }

  async unfinishedKeys(prefix: string): Promise<string[]> {
    const query = { Bucket: this.bucket, Prefix: prefix };
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand(query));
    return Uploads.map(({ Key = '' }) => Key);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.client.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function identity(name: string, key: typeof ADMIN, actions: readonly string[]): unknown {
  return { name, credentials: [{ accessKey: key.accessKeyId, secretKey: key.secretAccessKey }], actions };
}
