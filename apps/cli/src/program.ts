import { readFileSync } from 'node:fs';
import { ConfigError } from '@framefold/config';
import { Command, CommanderError } from 'commander';
import { ApiError } from './api-error.ts';
import { CommandError, faultLines, UsageError } from './command-error.ts';
import { recommend } from './commands/config.ts';
import { cancel, list, status, submit } from './commands/jobs.ts';
import { listScenarios } from './commands/scenarios.ts';
import { down, up } from './commands/stack.ts';
import { transcode } from './commands/transcode.ts';
import { verify } from './commands/verify.ts';
import { listWorkers, runWorker } from './commands/workers.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { withRequestOptions } from './request-options.ts';
import { StackError } from './stack/index.ts';

const badRequest = 400;
const json = ['--json', 'print JSON, in one line, as the last line of stdout'] as const;

/**
 * Runs the command.
 *
 * @param argv what follows the program's name
 * @returns the exit code; expected faults are told on stderr, others reject
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = programOf(io, (result) => (code = result));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function programOf(io: Io, finish: (code: ExitCode) => void): Command {
  const program = new Command('framefold')
    .description('Transcodes video into an adaptive ladder, durably.')
    .version(versionOf())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  withRequestOptions(
    program
      .command('transcode [FILE_OR_URL]')
      .description(
        'transcode a video (by default a sample) and fetch the result; starts the stack if none runs',
      ),
  )
    .option('--output <dir>', 'new or empty folder for the result (default: output/<title>-<id>/)')
    .option(...json)
    .option('--quiet', "print errors and the playlist's path alone")
    .action(async (source: string | undefined, options: object) =>
      finish(await transcode(source, options, io)),
    );
  withRequestOptions(
    program.command('submit [FILE_OR_URL]').description('submit a job to a running stack; prints its id'),
  )
    .option(...json)
    .action(async (source: string | undefined, options: object) => finish(await submit(source, options, io)));
  program
    .command('status <JOB>')
    .description('show a job')
    .option('--follow', 'until it has ended; the exit code tells how')
    .option(...json)
    .action(async (id: string, options: object) => finish(await status(id, options, io)));
  program
    .command('list')
    .description('list jobs, newest first')
    .option('--status <status>', 'only jobs in this state')
    .option('--user <id>', 'only jobs of this user')
    .option('--label <label>', 'only jobs with this label')
    .option('--limit <count>', 'at most so many')
    .option(...json)
    .action(async (options: object) => finish(await list(options, io)));
  program
    .command('cancel <JOB>')
    .description('cancel a job')
    .action(async (id: string) => finish(await cancel(id, io)));
  program
    .command('verify <PLAYLIST_OR_MPD>')
    .description('check an HLS or DASH tree, a path or an http(s) URL; exits 1 when something is wrong')
    .option(...json)
    .action(async (manifest: string, options: object) => finish(await verify(manifest, options, io)));
  program
    .command('scenarios')
    .description('the presets that --scenario can name')
    .option(...json)
    .action((options: object) => finish(listScenarios(options, io)));
  program
    .command('up')
    .description('start the embedded stack: API, Temporal with its UI, workers')
    .option('--foreground', 'stay until Ctrl-C')
    .action(async (options: object) => finish(await up(options, io)));
  program
    .command('down')
    .description('stop the embedded stack')
    .action(async () => finish(await down(io)));
  program
    .command('worker')
    .description('run a worker in the foreground, beside or instead of that of the stack; SIGTERM drains it')
    .option('--roles <roles>', 'media, encode-cpu, encode-gpu; comma-separated (default: all that fit)')
    .action(async (options: object) => finish(await runWorker(options, io)));
  program
    .command('workers')
    .description('the workers that encode')
    .command('list')
    .description('show workers and task queues')
    .option('--verbose', 'also limits, disks and the latest failures')
    .option(...json)
    .action(async (options: object) => finish(await listWorkers(options, io)));
  program
    .command('config')
    .description('help with the configuration of workers')
    .command('recommend')
    .description('measure this machine and propose slots and limits')
    .option(...json)
    .action(async (options: object) => finish(await recommend(options, io)));
  program.addHelpText(
    'after',
    '\nExit codes: 0 done and verified, 1 failed, 2 usage, 130 cancelled.\n`framefold COMMAND --help` shows the options.',
  );
  return program;
}

/** Tells an expected fault and gives its exit code. */
function explain(error: unknown, io: Io): ExitCode {
  const say = (lines: readonly string[]): void => lines.forEach((line) => io.stderr.write(`${line}\n`));
  // Commander has written its message, or the help, already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError || error instanceof ConfigError) {
    say([error.message]);
    return EXIT.usage;
  }
  if (error instanceof ApiError && error.status === badRequest) {
    say([...faultLines(error), ...error.fields.map(({ path, message }) => `  ${path}: ${message}`)]);
    return EXIT.usage;
  }
  if (error instanceof CommandError || error instanceof StackError) {
    say(faultLines(error));
    return EXIT.failed;
  }
  throw error;
}

function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
