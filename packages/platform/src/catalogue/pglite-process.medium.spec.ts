import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { takeFolder } from '../folder-owner.ts';
import { makePgliteDatabase, startPgliteDatabase } from './pglite-database.ts';
import { createPglitePool } from './pglite-pool.ts';
import type { DatabaseProcess } from './pglite-process.ts';

let folder: string;
let ownership: { readonly release: () => void; readonly descriptor: number };
let pool: PostgresPool;
let started: DatabaseProcess[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framefold-pglite-'));
  await makePgliteDatabase(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  const taken = takeFolder(folder);
  if ('holder' in taken) throw new Error(`${folder} is in use.`);
  ownership = taken;
  started = [];
  pool = createPglitePool(async () => {
    const database = await startPgliteDatabase(folder, ownership.descriptor);
    started.push(database);
    return database;
  });
});
afterEach(async () => {
  await pool.end();
  ownership.release();
});

const withClient = async <T>(work: (client: PostgresPoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
};
const kill = async ({ pid, hasEnded }: DatabaseProcess): Promise<void> => {
  process.kill(pid, 'SIGKILL');
  while (!hasEnded()) await sleep(5);
};

it('is started again when its process was killed, and what was half done is as if it had never begun', async () => {
  await withClient((client) => client.query('create table half (n int)', []));
  await withClient(async (client) => {
    await client.query('begin', []);
    await client.query('insert into half values ($1)', [1]);
    await kill(started[0]!);
    // A successor would take it for a statement by itself.
    await expect(client.query('insert into half values ($1)', [2])).rejects.toThrow('has ended');
    await expect(client.query('rollback', [])).rejects.toThrow('has ended');
  });
  const { rows } = await withClient((client) => client.query('select n from half', []));
  expect(rows).toEqual([]);
  expect(started).toHaveLength(2);
});

it('fails the statement in which its process was killed', async () => {
  await withClient(async (client) => {
    const slow = client.query('select count(*) from generate_series(1, 100000000)', []);
    const failed = expect(slow).rejects.toThrow('has ended');
    await kill(started[0]!);
    await failed;
  });
});

it('tells what is wrong with a statement, and goes on', async () => {
  await withClient(async (client) => {
    await expect(client.query('select * from nowhere', [])).rejects.toThrow('nowhere');
    expect((await client.query<{ two: number }>('select 1 + $1::int as two', [1])).rows).toEqual([
      { two: 2 },
    ]);
  });
});

it('keeps its folder from others until it has ended, also when that began without its owner', async () => {
  await withClient((client) => client.query('select 1', []));
  ownership.release();
  expect(takeFolder(folder)).toEqual({ holder: String(process.pid) });
  await pool.end();
  const again = takeFolder(folder);
  expect(again).toHaveProperty('release');
  ownership = again as typeof ownership;
});

it('does not outlive a process that is killed', async () => {
  const program = `
    const { fork } = require('node:child_process');
    const child = fork(process.argv[1], [process.argv[2]], { execArgv: [], serialization: 'advanced' });
    child.on('message', () => console.log(child.pid));
  `;
  const server = join(import.meta.dirname, '../../pglite-server.mjs');
  const owner = execa(process.execPath, ['--eval', program, '--', server, join(folder, 'postgres')], {
    reject: false,
  });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const pid = Number(line);
  process.kill(pid, 0);
  owner.kill('SIGKILL');
  await owner;
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (isThere()) await sleep(10);
});
