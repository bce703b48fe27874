import type { Schemas } from '@framefold/client';
import type { TenantSettings } from '@framefold/domain';
import { type Command, InvalidArgumentError } from 'commander';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { columns } from '../format.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

type Tenant = Schemas['Tenant'];

interface SettingOptions extends Voice {
  readonly title?: string;
  readonly weight?: number;
  readonly priorityCeiling?: number;
  readonly concurrentJobs?: number;
  readonly minutesPerDay?: number;
  readonly storageBytes?: number;
}

/** Adds `framefold tenants ...`. */
export function withTenantCommands(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const json = ['--json', 'print JSON in one line'] as const;
  const tenants = program.command('tenants').description('tenants, their quotas and weights');
  tenants
    .command('list')
    .description('show all tenants')
    .option(...json)
    .action(async (options: Voice) => finish(await list(options, io)));
  withSettings(tenants.command('create <NAME>').description('make a tenant'))
    .option(...json)
    .action(async (id: string, options: SettingOptions) => finish(await create(id, options, io)));
  withSettings(tenants.command('set <NAME>').description('change what is named of a tenant'))
    .option(...json)
    .action(async (id: string, options: SettingOptions) => finish(await set(id, options, io)));
}

function withSettings(command: Command): Command {
  return command
    .option('--title <title>', 'a name for people')
    .option('--weight <weight>', 'share of the workers against other tenants, 0.001 to 1000', toNumber)
    .option('--priority-ceiling <priority>', 'the most urgent priority of its jobs, 1 to 9', toNumber)
    .option('--concurrent-jobs <count>', 'jobs that have not ended, at most', toNumber)
    .option('--minutes-per-day <minutes>', 'minutes of finished output a day, at most', toNumber)
    .option('--storage-bytes <bytes>', 'bytes of output and uploads, at most', toNumber);
}

/** What was named of `options` over what there is. */
function settingsOf<T extends Partial<TenantSettings>>(
  { title, weight, priorityCeiling, concurrentJobs, minutesPerDay, storageBytes }: SettingOptions,
  former: T,
): T & Partial<TenantSettings> {
  return {
    ...former,
    ...given({ title, weight, priorityCeiling }),
    quotas: { ...former.quotas, ...given({ concurrentJobs, minutesPerDay, storageBytes }) },
  };
}

/** The fields that were given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

async function list(options: Voice, io: Io): Promise<ExitCode> {
  return tell((await connect(io).call('get', '/api/tenants')).tenants, options, io);
}

async function create(id: string, options: SettingOptions, io: Io): Promise<ExitCode> {
  const body = { id, ...settingsOf(options, {}) };
  return tell([await connect(io).call('post', '/api/tenants', { body })], options, io);
}

async function set(id: string, options: SettingOptions, io: Io): Promise<ExitCode> {
  const client = connect(io);
  const path = { id };
  const { id: _, createdAt: _at, ...former } = await client.call('get', '/api/tenants/{id}', { path });
  const body = settingsOf(options, former);
  return tell([await client.call('put', '/api/tenants/{id}', { path, body })], options, io);
}

function tell(tenants: readonly Tenant[], { json }: Voice, io: Io): ExitCode {
  io.stdout.write(json === true ? `${JSON.stringify(tenants)}\n` : `${tenantTable(tenants).join('\n')}\n`);
  return EXIT.ok;
}

function tenantTable(tenants: readonly Tenant[]): string[] {
  const limit = (value: number | undefined): string => (value === undefined ? '-' : String(value));
  const rows = tenants.map(({ id, weight, priorityCeiling, quotas, title = '' }) => [
    id,
    String(weight),
    String(priorityCeiling),
    limit(quotas.concurrentJobs),
    limit(quotas.minutesPerDay),
    limit(quotas.storageBytes),
    title,
  ]);
  return columns([['TENANT', 'WEIGHT', 'CEILING', 'JOBS', 'MINUTES/DAY', 'BYTES', 'TITLE'], ...rows]);
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}
