// The supervisor of a stack in the background: node supervisor-main.js '<StackOptions as JSON>'.
// It tells its parent over IPC how the start went, and then goes on without it.
import { StackError } from './stack-error.ts';
import type { StackOptions } from './stack-options.ts';
import { type Supervisor, startSupervisor } from './supervisor.ts';

/** How the start went, from the background supervisor to the command that started it. */
export type StartReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: StackError['code']; readonly message: string };

const report = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

function tellParent(message: StartReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

async function main(options: StackOptions): Promise<void> {
  let supervisor: Supervisor | undefined;
  let ready = false;
  const end = async (reason: string): Promise<void> => {
    report(`stopping: ${reason}`);
    await supervisor?.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
  process.on('SIGHUP', () => undefined); // the terminal it was started from has closed
  process.once('disconnect', () => {
    if (!ready) void end('the command that started the stack was interrupted');
  });
  try {
    supervisor = await startSupervisor(options, process.env, report);
    await supervisor.ready;
    ready = true;
    report('ready');
    await tellParent({ kind: 'ready' });
    if (process.connected) process.disconnect();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report(`start failed: ${message}`);
    await supervisor?.stop();
    await tellParent({
      kind: 'failed',
      code: error instanceof StackError ? error.code : 'STACK_START_FAILED',
      message,
    });
    process.exit(1);
  }
}

await main(JSON.parse(process.argv[2] ?? '') as StackOptions);
