import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isRunning, type ProcessIdentity, writePidFile } from './process-identity.ts';
import { portAccepts } from './ports.ts';
import { stackPaths } from './stack-paths.ts';
import type { StackOptions } from './stack-options.ts';
import type { StackState } from './stack-state.ts';
import { compileStack, freePort, standInOptions } from './testing/stand-ins.ts';

// The supervisor is a process of its own, so that these tests run compiled code: built here, from these sources.
let compiled: string;
let stack: typeof import('./index.ts');
beforeAll(async () => {
  compiled = mkdtempSync(join(tmpdir(), 'framefold-stack-'));
  stack = (await import(await compileStack(compiled))) as typeof stack;
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

let home: string;
let options: StackOptions;
const started: ChildProcess[] = [];
const listening: Server[] = [];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'framefold-home-'));
  options = await standInOptions(home);
});
afterEach(async () => {
  await stack.down(home, 1);
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const server of listening.splice(0)) server.close();
  rmSync(home, { recursive: true, force: true });
});

/** Waits for as long as the test's own limit allows. */
async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    await sleep(20);
  }
}

function state(): StackState {
  const seen = stack.readState(home);
  if (seen === undefined) throw new Error('no state.json');
  return seen;
}

function childIdentities(): ProcessIdentity[] {
  return Object.values(state().children).map(({ pid }) => {
    const identity = pid === null ? undefined : identifyProcess(pid);
    if (identity === undefined) throw new Error('a child does not run');
    return identity;
  });
}

const background = { foreground: false };

describe('the embedded stack', () => {
  it('comes up, refuses a second start, and ends with everything it started', async () => {
    const { pid, apiUrl } = await stack.up(options, background);
    expect((await fetch(`${apiUrl}/readyz`)).status).toBe(200);
    expect(stack.status(home)).toMatchObject({ running: true, supervisorPid: pid, state: { ready: true } });
    const children = childIdentities();
    expect(children).toHaveLength(3);

    await expect(stack.up(options, background)).rejects.toMatchObject({
      code: 'STACK_ALREADY_RUNNING',
      message: expect.stringContaining(`process ${pid}`) as string,
    });
    expect(children.every(isRunning)).toBe(true);
    expect((await stack.ensureUp(options)).pid).toBe(pid);

    expect(await stack.down(home, 1)).toBe('stopped');
    expect(children.filter(isRunning)).toEqual([]);
    expect(stack.status(home)).toEqual({ running: false });
    expect(stack.readState(home)).toBeUndefined();
    expect(await stack.down(home, 1)).toBe('was-not-running');
  });

  it('ends the Temporal server after those that need it', async () => {
    await stack.up(options, background);
    // Ready speaks for the API; the encode process may still be loading, when a signal just ends it.
    while (!(await portAccepts(options.ports.workerMetrics ?? 0))) await sleep(20);
    await stack.down(home, 1);
    const order = readFileSync(join(home, 'order.txt'), 'utf8').trim().split('\n');
    expect(order.slice(0, 2).sort()).toEqual(['control', 'encode']);
    expect(order.slice(2)).toEqual(['temporal']);
  });

  it.each(['temporal', 'control', 'encode'])('starts %s again after kill -9', async (name) => {
    await stack.up(options, background);
    const before = state().children[name]?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    const after = await until(() => {
      const { pid = null, restarts = 0 } = state().children[name] ?? {};
      return restarts === 1 && pid !== null && pid;
    });
    expect(after).not.toBe(before);
    expect(identifyProcess(after)).toBeDefined();
  });

  it('leaves no child behind when the supervisor is killed, and comes up again', async () => {
    const { pid } = await stack.up(options, background);
    const children = childIdentities();
    process.kill(pid, 'SIGKILL');
    // The children go when the supervisor's first thread does, a moment before its last.
    await until(() => !children.some(isRunning) && !stack.status(home).running);

    const again = await stack.up(options, background);
    expect(again.pid).not.toBe(pid);
    expect(childIdentities()).toHaveLength(3);
  });

  it('clears away a server that a killed supervisor has left holding the port', async () => {
    const [temporal] = options.children;
    const [program = '', ...args] = temporal?.argv ?? [];
    const orphan = spawn(program, args, { detached: true, env: { ...process.env, ...options.env } });
    started.push(orphan);
    const identity = await until(() => identifyProcess(orphan.pid ?? 0));
    await new Promise((resolve) => orphan.stdout.once('data', resolve)); // it has the port
    mkdirSync(stackPaths(home).run, { recursive: true });
    writePidFile(stackPaths(home).pidFile('temporal'), identity);

    await stack.up(options, background);
    expect(isRunning(identity)).toBe(false);
  });

  it('names a port that another program uses', async () => {
    const port = await freePort();
    const server = createServer();
    listening.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const clash = { ...options, ports: { ...options.ports, temporalUi: port } };
    await expect(stack.up(clash, background)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`${port} \\(temporalUi\\).*FRAMEFOLD_PORT`)) as string,
    });
    expect(stack.status(home)).toEqual({ running: false });
  });

  it('shows the end of the log of a child that does not come up', async () => {
    const script = join(home, 'broken.mjs');
    writeFileSync(script, `console.error('the catalogue is on fire'); process.exit(1);`);
    const children = options.children.map((spec) =>
      spec.name === 'control' ? { ...spec, argv: [process.execPath, script] as const } : spec,
    );
    await expect(stack.up({ ...options, children, startTimeoutMs: 6_000 }, background)).rejects.toMatchObject(
      {
        code: 'STACK_START_FAILED',
        message: expect.stringContaining('the catalogue is on fire') as string,
      },
    );
    expect(stack.status(home)).toEqual({ running: false });
  });

  it('in the foreground ends on SIGTERM with all its children', async () => {
    const source = `
      const { up } = await import(${JSON.stringify(join(compiled, 'index.js'))});
      const { stopped } = await up(${JSON.stringify(options)}, { foreground: true });
      await stopped;
      process.exit(0);`;
    const command = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'inherit' });
    started.push(command);
    await until(() => stack.readState(home)?.ready === true);
    const children = childIdentities();
    command.kill('SIGTERM');
    expect(await new Promise((resolve) => command.once('exit', resolve))).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
  });
});
