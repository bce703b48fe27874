import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Job } from '@framefold/client';
import { TranscodeRequest, type Delivery, type WorkerPool } from '@framefold/domain';
import { videoRendition } from '@framefold/domain/testing';

/** A job as the API shows it; valid, and as far as `changes` say. */
export function aJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job-1',
    tenantId: 'default',
    userId: 'anonymous',
    title: 'Big Bunny',
    status: 'transcoding',
    progress: { total: 4, completed: 1, failed: 0, running: 2, percent: 30 },
    createdAt: 1_000_000,
    warnings: [],
    priority: 5,
    paused: false,
    request: TranscodeRequest.parse({ sourceUrl: 'file:///clips/big%20bunny.mp4' }),
    profiles: [videoRendition()],
    audioProfiles: [],
    plan: { version: 1, frames: 720, segments: 5, chunks: 5, durationSeconds: 30 },
    phases: [],
    renditions: [{ name: '360p', kind: 'video', status: 'processing', percent: 30 }],
    segments: [],
    links: {
      self: '/api/jobs/job-1',
      manifest: '/api/jobs/job-1/manifest',
      play: '/play/job-1',
      temporal: 'http://127.0.0.1:8082/namespaces/default/workflows/transcode-job-1',
    },
    ...changes,
  };
}

/** The same job at its good end, 15 s after it was submitted. */
export function aCompletedJob(): Job {
  return aJob({
    status: 'completed',
    progress: { total: 4, completed: 4, failed: 0, running: 0, percent: 100 },
    completedAt: 1_015_000,
    output: {
      folderKey: 'jobs/job-1/output/',
      master: 'master.m3u8',
      files: 4,
      sizeBytes: 2_500_000,
      durationSeconds: 30,
    },
    renditions: [
      {
        name: '360p',
        kind: 'video',
        status: 'merged',
        percent: 100,
        measured: {
          name: '360p',
          kind: 'video',
          playlist: '360p/playlist.m3u8',
          codecs: 'avc1.64001e',
          segments: 5,
          samples: 720,
          durationSeconds: 30,
          sizeBytes: 2_400_000,
          peakBitsPerSecond: 900_000,
          averageBitsPerSecond: 640_000,
          width: 640,
          height: 360,
          frameRate: 24,
          startSeconds: 0,
        },
      },
    ],
  });
}

/** A tree of two media files with its list and records. */
export function aTree(): Map<string, string> {
  const media = new Map([
    ['master.m3u8', '#EXTM3U\n'],
    ['360p/segment00000-abc.m4s', 'bytes of a segment'],
  ]);
  const hash = (content: string): string => createHash('sha256').update(content).digest('hex');
  const list = [...media].map(([path, content]) => `${hash(content)}  ${path}\n`).join('');
  return new Map([...media, ['SHA256SUMS', list], ['job.json', '{}'], ['events.jsonl', '{}\n']]);
}

/** What the API is to say. */
export interface Script {
  /** Answers to successive looks at the job; the last one stays. */
  views: Job[];
  tree: Map<string, string>;
  workers?: WorkerPool;
  deliveries?: Delivery[];
  /** Answers by method and path, one after the other; the last one stays. */
  answers?: Readonly<Record<string, { status: number; body: unknown }[]>>;
  /** The answer to a submission that is refused. */
  refusal?: { status: number; problem: object };
  /** Called before each look at the job, with its number from 1. */
  onLook?: (count: number) => void;
  /** Called with the path of each file that is asked for and not in the tree. */
  onMissing?: (path: string) => void;
}

/** An HTTP server on a free port of this machine that plays one scripted job. */
export class FakeApi {
  readonly calls: string[] = [];
  submitted: unknown;
  port = 0;
  #looks = 0;
  #server: Server | undefined;

  constructor(readonly script: Script) {}

  /** Listens, on the former port if there was one. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.calls.push(`${method} ${url}`);
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { script } = this;
    if (url === '/readyz') return send(200, {});
    const answers = script.answers?.[`${method} ${url}`];
    if (answers !== undefined) {
      this.submitted = { type: request.headers['content-type'], text: await text(request) };
      const [first = { status: 500, body: {} }] = answers.length > 1 ? answers.splice(0, 1) : answers;
      return send(first.status, first.body);
    }
    if (url === '/api/transcode') {
      this.submitted = JSON.parse(await text(request));
      return script.refusal === undefined
        ? send(201, { jobId: 'job-1', status: 'pending' })
        : send(script.refusal.status, script.refusal.problem);
    }
    if (url === '/api/jobs/job-1/deliveries') return send(200, { deliveries: script.deliveries });
    if (url === '/api/deliveries/msg_job-1_7/send-again') return send(202, script.deliveries?.[0]);
    if (url === '/api/workers') return send(200, script.workers);
    if (url.startsWith('/api/jobs?')) return send(200, { jobs: script.views });
    if (url === '/api/jobs/job-1' && method === 'DELETE') {
      script.views = [aJob({ status: 'cancelled' })];
      return send(200, { status: 'cancelled' });
    }
    if (url === '/api/jobs/job-1') {
      this.#looks += 1;
      const view = script.views.length > 1 ? script.views.shift() : script.views[0];
      script.onLook?.(this.#looks);
      return send(200, view);
    }
    if (url.startsWith('/media/job-1/')) {
      const path = decodeURIComponent(url.replace('/media/job-1/', ''));
      const file = script.tree.get(path);
      if (file !== undefined) return void response.end(file);
      script.onMissing?.(path);
    }
    return send(404, { code: 'NOT_FOUND', error: `There is no ${url}.`, hint: 'Look at the list of jobs.' });
  }
}
