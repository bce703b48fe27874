import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hasEnded, type JobView, type TranscodeRequestBody } from '@framefold/domain';
import { z } from 'zod';
import { freePorts } from './free-ports.ts';
import { startWorker, type WorkerOptions, type WorkerProcess } from './worker-process.ts';

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../../../apps/cli/bin/framefold.mjs', import.meta.url));

/** Ports that follow the API's. */
const PORTS_OF_A_STACK = 6;

const State = z.looseObject({
  supervisorPid: z.number(),
  children: z.record(z.string(), z.looseObject({ pid: z.number().nullable(), restarts: z.number() })),
});

/** A whole embedded stack of its own: own state folder, own ports. */
export interface TestStack {
  readonly home: string;
  readonly apiUrl: string;
  /** The environment in which the command reaches this stack. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts the stack again after it was killed. */
  up(): Promise<void>;
  /** Ends the stack and the workers beside it. */
  stop(): Promise<void>;
  /** Starts a worker beside the stack and waits until it takes work. */
  startWorker(options?: WorkerOptions): Promise<WorkerProcess>;
  /** The process of a child (`temporal`, `control`, `encode`) or of the supervisor. */
  pid(name: string): Promise<number>;
  submit(request: TranscodeRequestBody): Promise<string>;
  job(jobId: string): Promise<JobView>;
  /** Polls the job until `holds`, or until it has ended. */
  follow(jobId: string, holds?: (job: JobView) => boolean): Promise<JobView>;
}

/**
 * Starts an embedded stack in a temporary folder.
 *
 * @param env further variables of its environment
 */
export async function startStack(env: Readonly<Record<string, string>> = {}): Promise<TestStack> {
  const home = await mkdtemp(join(tmpdir(), 'framefold-stack-'));
  const port = await freePorts(PORTS_OF_A_STACK);
  const stack = new EmbeddedStack(home, port, {
    ...inherited(),
    FRAMEFOLD_HOME: home,
    FRAMEFOLD_PORT: String(port),
    ...env,
  });
  await stack.up();
  return stack;
}

class EmbeddedStack implements TestStack {
  readonly home: string;
  readonly apiUrl: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #workers: WorkerProcess[] = [];

  constructor(home: string, port: number, env: NodeJS.ProcessEnv) {
    this.home = home;
    this.apiUrl = `http://127.0.0.1:${port}`;
    this.env = env;
  }

  async up(): Promise<void> {
    await run(process.execPath, [COMMAND, 'up'], { env: this.env });
  }

  async startWorker(options?: WorkerOptions): Promise<WorkerProcess> {
    const worker = await startWorker(this, options);
    this.#workers.push(worker);
    return worker;
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await Promise.all(this.#workers.map((worker) => worker.ended));
    await run(process.execPath, [COMMAND, 'down'], { env: this.env });
    await rm(this.home, { recursive: true, force: true });
  }

  async pid(name: string): Promise<number> {
    const state = State.parse(JSON.parse(await readFile(join(this.home, 'run/state.json'), 'utf8')));
    const pid = name === 'supervisor' ? state.supervisorPid : state.children[name]?.pid;
    if (pid === undefined || pid === null) throw new Error(`The stack has no process ${name} now.`);
    return pid;
  }

  async submit(request: TranscodeRequestBody): Promise<string> {
    const response = await fetch(`${this.apiUrl}/api/transcode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer: unknown = await response.json();
    if (response.status !== 201) throw new Error(`The job was not accepted: ${JSON.stringify(answer)}`);
    return z.object({ jobId: z.string() }).parse(answer).jobId;
  }

  async job(jobId: string): Promise<JobView> {
    const response = await fetch(`${this.apiUrl}/api/jobs/${jobId}`);
    if (!response.ok) throw new Error(`GET /api/jobs/${jobId} answered ${response.status}.`);
    return (await response.json()) as JobView;
  }

  async follow(jobId: string, holds: (job: JobView) => boolean = () => false): Promise<JobView> {
    for (;;) {
      // The API may be away for a moment: some tests kill it.
      const job = await this.job(jobId).catch(() => undefined);
      if (job !== undefined && (holds(job) || hasEnded(job.status))) return job;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** This process's environment without the settings of another stack; the tools' paths stay. */
function inherited(): NodeJS.ProcessEnv {
  const { FRAMEFOLD_HOME: _home, FRAMEFOLD_PORT: _port, ...rest } = process.env;
  return rest;
}
