import { readFileSync } from 'node:fs';
import { FramefoldError, type Priority } from '@framefold/client';
import { ConfigError } from '@framefold/config';
import { Command, CommanderError } from 'commander';
import { CommandError, faultLines, UsageError } from './command-error.ts';
import { batchStatus, cancelBatch, submitBatch } from './commands/batches.ts';
import { rebuild } from './commands/catalogue.ts';
import { recommend } from './commands/config.ts';
import { listDeliveries, sendAgain } from './commands/deliveries.ts';
import { cancel, list, status, steer, submit } from './commands/jobs.ts';
import { withKeyCommands } from './commands/keys.ts';
import { listScenarios } from './commands/scenarios.ts';
import { down, up } from './commands/stack.ts';
import { withTenantCommands } from './commands/tenants.ts';
import { transcode } from './commands/transcode.ts';
import { upload } from './commands/upload.ts';
import { verify } from './commands/verify.ts';
import { listWorkers, runWorker } from './commands/workers.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { withRequestOptions } from './request-options.ts';
import { StackError } from './stack/index.ts';

const badRequest = 400;
/** What to do where no API has answered. */
const HINTS: Readonly<Record<string, string>> = {
  API_TIMEOUT: 'Look at `framefold up --foreground`.',
  API_UNREACHABLE: 'Start the stack with `npm start` or `framefold up`; FRAMEFOLD_PORT chooses the port.',
  API_UNEXPECTED: 'Another program may be using the port; set FRAMEFOLD_PORT.',
};
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

function programOf(machine: Io, finish: (code: ExitCode) => void): Command {
  const program = new Command('framefold')
    .description('Transcodes video into an adaptive ladder, durably.')
    .version(versionOf())
    .option('--api-key <key>', 'instead of FRAMEFOLD_API_KEY, which other users of the machine cannot see')
    .option('--tenant <name>', 'the tenant that this is about; for admin keys of the default tenant')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => machine.stdout.write(text),
      writeErr: (text) => machine.stderr.write(text),
    });
  const io = withGlobalOptions(machine, program);
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
    .option('--dry-run', 'start nothing; print what the job would be, and about how long it would take')
    .option(...json)
    .action(async (source: string | undefined, options: object) => finish(await submit(source, options, io)));
  program
    .command('upload <FILE>')
    .description('upload a file, or go on with its upload; prints the URL that names it as a source')
    .option(...json)
    .option('--quiet', 'print errors and the URL alone')
    .action(async (file: string, options: object) => finish(await upload(file, options, io)));
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
    .option('--batch <id>', 'only jobs of this batch')
    .option('--limit <count>', 'at most so many')
    .option(...json)
    .action(async (options: object) => finish(await list(options, io)));
  program
    .command('cancel <JOB>')
    .description('cancel a job')
    .action(async (id: string) => finish(await cancel(id, io)));
  const deliveries = program
    .command('deliveries')
    .argument('<JOB>')
    .description("show a job's webhooks and what became of them")
    .option(...json)
    .action(async (id: string, options: object) => finish(await listDeliveries(id, options, io)));
  deliveries
    .command('send-again <ID>')
    .description('send a webhook once more')
    .action(async (id: string) => finish(await sendAgain(id, io)));
  program
    .command('pause <JOB>')
    .description('begin nothing more of a job; encoders that run finish their chunks')
    .action(async (id: string) => finish(await steer(id, (jobs) => jobs.pause(id), io)));
  program
    .command('resume <JOB>')
    .description('go on with a paused job')
    .action(async (id: string) => finish(await steer(id, (jobs) => jobs.resume(id), io)));
  program
    .command('priority <JOB> <PRIORITY>')
    .description(
      'give a running job another priority: 1 (most urgent) to 9, or live, high, medium, low, batch',
    )
    .action(async (id: string, text: string) => {
      // The API says what is none.
      const priority = /^\d+$/.test(text) ? Number(text) : (text as Priority);
      finish(await steer(id, (jobs) => jobs.setPriority(id, priority), io));
    });
  program
    .command('retry <JOB>')
    .description('run a failed job again; what it had finished is kept for some days')
    .action(async (id: string) => finish(await steer(id, (jobs) => jobs.retry(id), io)));
  program
    .command('redo <JOB> <RENDITION>')
    .description('encode a video rendition of a running job again')
    .action(async (id: string, rendition: string) =>
      finish(await steer(id, (jobs) => jobs.redo(id, rendition), io)),
    );
  const batch = program.command('batch').description('many jobs by one manifest');
  batch
    .command('submit <MANIFEST>')
    .description('submit the jobs of a .json or .csv file (see docs/batches.md); prints the id of the batch')
    .option('--key <key>', 'the same key and manifest again give the same batch (default: a new one)')
    .option(...json)
    .action(async (file: string, options: object) => finish(await submitBatch(file, options, io)));
  batch
    .command('status <BATCH>')
    .description('show a batch')
    .option('--follow', 'until it has ended; the exit code tells how')
    .option(...json)
    .action(async (id: string, options: object) => finish(await batchStatus(id, options, io)));
  batch
    .command('cancel <BATCH>')
    .description('cancel all jobs of a batch')
    .action(async (id: string) => finish(await cancelBatch(id, io)));
  program
    .command('catalogue')
    .description('the index of all jobs')
    .command('rebuild')
    .description('restore jobs, their logs and batches from the store and Temporal, while the stack runs')
    .option(...json)
    .action(async (options: object) => finish(await rebuild(options, io)));
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
  withKeyCommands(program, io, finish);
  withTenantCommands(program, io, finish);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done and verified, 1 failed, 2 usage, 130 cancelled.\n`framefold COMMAND --help` shows the options.',
  );
  return program;
}

/** The world with what was said for all commands; commander knows that when a command runs, not before. */
function withGlobalOptions(io: Io, program: Command): Io {
  const given = (): { apiKey?: string; tenant?: string } => program.opts();
  return {
    ...io,
    get tenant() {
      return given().tenant;
    },
    loadConfig: () => {
      const config = io.loadConfig();
      const { apiKey = config.api.key } = given();
      return { ...config, api: { ...config.api, key: apiKey } };
    },
  };
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
  if (error instanceof FramefoldError) {
    const { code, message, hint = HINTS[code] } = error;
    say(faultLines({ code, message, hint }));
    if (error.status !== badRequest) return EXIT.failed;
    say(error.errors.map((field) => `  ${field.path}: ${field.message}`));
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
