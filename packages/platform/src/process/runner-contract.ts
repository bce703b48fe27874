import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardArgv } from './guard-argv.ts';
import type { ProcessRunner, SandboxedCommand } from './process-runner.ts';

/** Programs that the test scripts call. */
const SYSTEM = ['/bin', '/usr/bin'];

/** What every process runner must hold. */
export function describeProcessRunner(
  name: string,
  make: () => Promise<ProcessRunner>,
  argv: (command: SandboxedCommand) => string[],
): void {
  describe(`${name} as a process runner`, () => {
    let runner: ProcessRunner;
    let folder: string;
    beforeAll(async () => {
      runner = await make();
      folder = await mkdtemp(join(tmpdir(), 'framefold-runner-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const shell = (script: string, more: Partial<SandboxedCommand> = {}): ReturnType<ProcessRunner['run']> =>
      runner.run({ program: '/bin/sh', args: ['-c', script], readable: SYSTEM, ...more });

    it('gives output and exit status', async () => {
      expect(await shell('echo out; echo err >&2; exit 3')).toMatchObject({
        stdout: 'out\n',
        stderr: 'err\n',
        exitCode: 3,
        exitSignal: undefined,
        aborted: false,
      });
    });

    it('keeps exit statuses that look like real-time signals', async () => {
      expect(await shell('exit 183')).toMatchObject({ exitCode: 183, exitSignal: undefined });
    });

    it('gives lines as they come', async () => {
      const lines: string[] = [];
      expect(await shell('echo one; echo two', { onLine: (line) => void lines.push(line) })).toMatchObject({
        stdout: '',
      });
      expect(lines).toEqual(['one', 'two']);
    });

    it('names the signal that ended the program', async () => {
      expect(await shell('kill -SEGV $$')).toMatchObject({ exitCode: undefined, exitSignal: 'SIGSEGV' });
    });

    it('keeps the end of a flood of errors, and does not block on it', async () => {
      const { stderr } = await shell('head -c 1000000 /dev/zero | tr "\\0" x >&2; echo last >&2');
      expect(stderr).toHaveLength(64 * 1024);
      expect(stderr.endsWith('last\n')).toBe(true);
    });

    it('ends the whole tree when the time is over', async () => {
      const marker = `${runner.isolation.length}${process.pid}.1`;
      expect(await shell(`sleep ${marker} & sleep ${marker}`, { timeoutSeconds: 0.3 })).toMatchObject({
        exceeded: 'time',
      });
      expect(await processesWith(marker)).toEqual([]);
    });

    it('ends the whole tree on abort', async () => {
      const marker = `${runner.isolation.length}${process.pid}.2`;
      const abort = new AbortController();
      const running = shell(`sleep ${marker} & echo up; sleep ${marker}`, {
        signal: abort.signal,
        onLine: () => abort.abort(),
      });
      expect(await running).toMatchObject({ aborted: true });
      expect(await processesWith(marker)).toEqual([]);
    });

    it('does not wait for what a program leaves behind, and ends it', async () => {
      const marker = `${runner.isolation.length}${process.pid}.4`;
      expect(await shell(`sleep ${marker} & echo done`)).toMatchObject({ stdout: 'done\n', exitCode: 0 });
      expect(await processesWith(marker)).toEqual([]);
    });

    it('starts nothing when aborted before', async () => {
      const file = join(folder, 'never');
      expect(await shell(`touch ${file}`, { writable: folder, signal: AbortSignal.abort() })).toMatchObject({
        aborted: true,
      });
      expect(await readdir(folder)).not.toContain('never');
    });

    it('lets the program write its folder, which it starts in', async () => {
      await shell('echo text > file', { writable: folder });
      expect(await readFile(join(folder, 'file'), 'utf8')).toBe('text\n');
    });

    it('fails when the program is not there', async () => {
      expect((await runner.run({ program: '/no/such/program', args: [], readable: [] })).exitCode).not.toBe(
        0,
      );
    });

    it('lets the program not outlive its parent, kill -9 included', async () => {
      const marker = `${runner.isolation.length}${process.pid}.3`;
      const script = `sleep ${marker} & sleep ${marker}`;
      const command = guardArgv(argv({ program: '/bin/sh', args: ['-c', script], readable: SYSTEM }));
      const parent = spawn(process.execPath, ['-e', PARENT, ...command], { stdio: 'ignore' });
      await until(async () => (await processesWith(marker)).length > 0);
      parent.kill('SIGKILL');
      await until(async () => (await processesWith(marker)).length === 0);
    });

    it('hides everything else, where it is a sandbox', async () => {
      if (runner.isolation !== 'sandbox') return;
      const secret = join(folder, 'secret');
      await writeFile(secret, 'secret');
      expect((await shell(`cat ${secret}`)).exitCode).not.toBe(0);
      expect(await shell(`cat ${secret}`, { readable: [...SYSTEM, secret] })).toMatchObject({
        stdout: 'secret',
      });
      expect((await shell(`echo x >> ${secret}`, { readable: [...SYSTEM, secret] })).exitCode).not.toBe(0);
      expect((await shell('ls /root /home /etc/passwd')).exitCode).not.toBe(0);
      expect(await shell('env')).toMatchObject({ stdout: expect.not.stringContaining('HOME=') as string });
    });

    it('lets the program write nowhere but in its folder, where it is a sandbox', async () => {
      if (runner.isolation !== 'sandbox') return;
      const tryAll = `for place in $(cut -d' ' -f2 /proc/self/mounts) /tmp /dev/shm /usr /run /var/tmp "$TMPDIR"; do
        [ -d $place ] && { echo x > $place/x; } 2> /dev/null && echo $place
      done; exit 0`;
      const { stdout } = await shell(tryAll, { writable: folder });
      expect(new Set(stdout.trim().split('\n'))).toEqual(new Set([folder]));
      expect(await shell(tryAll)).toMatchObject({ stdout: '', exitCode: 0 });
    });

    it('reaches devices that are named, and no others, where it is a sandbox', async () => {
      if (runner.isolation !== 'sandbox') return;
      expect((await shell('test -c /dev/kmsg')).exitCode).not.toBe(0);
      expect((await shell('test -c /dev/kmsg', { devices: ['/dev/kmsg'] })).exitCode).toBe(0);
    });

    it('shows folders that describe a device, without letting them be written, where it is a sandbox', async () => {
      if (runner.isolation !== 'sandbox') return;
      const described = join(folder, 'described');
      await mkdir(described, { recursive: true });
      const devices = [described, '/no/such/folder'];
      expect((await shell(`test -d ${described}`)).exitCode).not.toBe(0);
      expect((await shell(`test -d ${described}`, { devices })).exitCode).toBe(0);
      expect((await shell(`touch ${described}/x`, { devices })).exitCode).not.toBe(0);
    });

    it('gives the program the variables that are named', async () => {
      expect(await shell('echo "$ONLY_THIS"', { environment: { ONLY_THIS: 'a b=c' } })).toMatchObject({
        stdout: 'a b=c\n',
      });
    });

    it('reaches no network, where it is a sandbox', async () => {
      if (runner.isolation !== 'sandbox') return;
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const command = `perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new("127.0.0.1:${port}") ? 0 : 7)'`;
      expect((await shell(command, { readable: [...SYSTEM, '/usr/share/perl'] })).exitCode).toBe(7);
      expect(connections).toBe(0);
      server.close();
    });
  });
}

/** Processes of this machine whose command line holds `text`, this one left out. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return pid !== process.pid && commandLine.split('\0').includes(text) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** A process that starts the command line given to it, says so, and waits. */
export const PARENT = `
require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
process.stdout.write('started');
setInterval(() => {}, 1000);`;

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
