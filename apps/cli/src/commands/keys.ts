import type { Schemas } from '@framefold/client';
import { Scope } from '@framefold/domain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { columns } from '../format.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

type ApiKey = Schemas['ApiKey'];
/** A key at the one time when its secret is shown. */
type IssuedKey = Schemas['IssuedKey'];

const DAY_MS = 86_400_000;

interface CreateOptions extends Voice {
  readonly name?: string;
  readonly scope?: readonly Scope[];
  readonly admin?: boolean;
  readonly days?: number;
}

/** Adds `framefold keys ...`. */
export function withKeyCommands(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const json = ['--json', 'print JSON in one line'] as const;
  const keys = program.command('keys').description('API keys');
  keys
    .command('create')
    .description('make a key; stdout gets it alone, this once')
    .option('--name <name>', 'what it is for')
    .addOption(
      new Option('--scope <scope...>', 'what it allows (default: submit, read, operate)').choices(
        Scope.options,
      ),
    )
    .option('--admin', 'everything, keys included')
    .option('--days <count>', 'it ends after so many days', toCount)
    .option(...json)
    .action(async (options: CreateOptions) => finish(await create(options, io)));
  keys
    .command('list')
    .description('show the keys, without secrets')
    .option(...json)
    .action(async (options: Voice) => finish(await list(options, io)));
  keys
    .command('rotate <KEY_ID>')
    .description('make a successor of a key, which goes on to work for a while')
    .option('--overlap <seconds>', 'for how long (default: a day)', toCount)
    .option(...json)
    .action(async (id: string, options: Voice & { overlap?: number }) =>
      finish(await rotate(id, options, io)),
    );
  keys
    .command('revoke <KEY_ID>')
    .description('end a key at once')
    .action(async (id: string) => finish(await revoke(id, io)));
}

async function create(options: CreateOptions, io: Io): Promise<ExitCode> {
  const { scope = ['submit', 'read', 'operate'], days } = options;
  const scopes: readonly Scope[] = options.admin === true ? ['admin'] : scope;
  const body = {
    name: options.name ?? scopes.join(', '),
    scopes: [...scopes],
    expiresAt: days === undefined ? undefined : Date.now() + days * DAY_MS,
  };
  const issued = await connect(io).call('post', '/api/keys', { body });
  return tell(issued, options, io);
}

/** The key alone goes to stdout, for whoever keeps it in a variable. */
function tell(issued: IssuedKey, { json }: Voice, io: Io): ExitCode {
  if (json !== true) {
    const { id, tenantId, scopes } = issued;
    io.stderr.write(`Key ${id} of ${tenantId}: ${scopes.join(', ')}. It is shown this once:\n`);
  }
  io.stdout.write(`${json === true ? JSON.stringify(issued) : issued.key}\n`);
  return EXIT.ok;
}

async function rotate(id: string, options: Voice & { overlap?: number }, io: Io): Promise<ExitCode> {
  const request = { path: { id }, body: { overlapSeconds: options.overlap } };
  return tell(await connect(io).call('post', '/api/keys/{id}/rotate', request), options, io);
}

async function list({ json }: Voice, io: Io): Promise<ExitCode> {
  const { keys } = await connect(io).call('get', '/api/keys');
  io.stdout.write(json === true ? `${JSON.stringify(keys)}\n` : `${keyTable(keys, Date.now()).join('\n')}\n`);
  return EXIT.ok;
}

async function revoke(id: string, io: Io): Promise<ExitCode> {
  await connect(io).call('delete', '/api/keys/{id}', { path: { id } });
  io.stdout.write(`Key ${id} is revoked.\n`);
  return EXIT.ok;
}

function keyTable(keys: readonly ApiKey[], now: number): string[] {
  if (keys.length === 0) return ['No keys.'];
  const rows = keys.map(({ id, name, scopes, createdAt, lastUsedAt, expiresAt, revokedAt }) => [
    id,
    scopes.join(','),
    dateOf(createdAt),
    dateOf(lastUsedAt),
    revokedAt !== undefined
      ? 'revoked'
      : expiresAt !== undefined && expiresAt <= now
        ? 'expired'
        : dateOf(expiresAt),
    name,
  ]);
  return columns([['KEY', 'SCOPES', 'CREATED', 'USED', 'ENDS', 'NAME'], ...rows]);
}

function dateOf(at: number | undefined): string {
  return at === undefined ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function toCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
