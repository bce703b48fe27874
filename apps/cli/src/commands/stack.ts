import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';

/** `framefold up`: starts the embedded stack and, in the foreground, stays until it is told to stop. */
export async function up(
  { foreground = false }: { readonly foreground?: boolean },
  io: Io,
): Promise<ExitCode> {
  const say = (line: string): void => void io.stdout.write(`${line}\n`);
  const config = io.loadConfig();
  const stack = await io.stack.up(config, foreground, say);
  say(`API       ${stack.apiUrl}`);
  if (stack.temporalUiUrl !== undefined) say(`Temporal  ${stack.temporalUiUrl}`);
  say(`State     ${config.home}`);
  say(foreground ? 'Ctrl-C stops it.' : '`npm run stop` or `framefold down` stops it.');
  await stack.stopped;
  return EXIT.ok;
}

const words = {
  'was-not-running': 'No stack was running.',
  stopped: 'The stack is stopped; unfinished jobs go on when it is started again.',
  killed: 'The stack did not stop in time and was killed; unfinished jobs go on when it is started again.',
} as const;

/** `framefold down`: stops the embedded stack; running encodes get time to finish. */
export async function down(io: Io): Promise<ExitCode> {
  io.stdout.write(`${words[await io.stack.down(io.loadConfig())]}\n`);
  return EXIT.ok;
}
