import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../pglite-server.mjs', import.meta.url));

/** The message by which it says that it can be asked; those of answers have the ids of their questions. */
const READY = 0;

const HAS_ENDED = 'The process of the database has ended.';

/** What a statement gave. */
export interface StatementResult {
  readonly rows: unknown[];
  /** Of a statement that changes rows. */
  readonly affectedRows?: number;
}

/** A database in a process of its own. */
export interface DatabaseProcess {
  readonly pid: number;
  /** @throws {Error} by the database, or because its process has ended */
  query(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  /** Lets it finish what it was asked, and ends it. */
  close(): Promise<void>;
  /** Whether its process has ended, by itself or otherwise. */
  hasEnded(): boolean;
}

interface Answer extends Partial<StatementResult> {
  readonly id: number;
  readonly error?: string;
}

/**
 * Starts PGlite on a database's folder in a process of its own: this one stays small, and goes on while a statement runs.
 *
 * @param parameters of PostgreSQL's command line
 * @param lock the open file by which the folder is locked: nobody else gets it as long as the database may write
 * @throws {Error} when it does not start
 */
export async function startPglite(
  folder: string,
  parameters: readonly string[],
  lock: number,
): Promise<DatabaseProcess> {
  const child = fork(PROGRAM, [folder, ...parameters], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', lock],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const unanswered = new Map<number, (answer: Answer) => void>();
  const answerTo = (id: number): Promise<Answer> => new Promise((resolve) => unanswered.set(id, resolve));
  const tell = (answer: Answer): void => {
    unanswered.get(answer.id)?.(answer);
    unanswered.delete(answer.id);
  };
  child.on('message', (answer) => tell(answer as Answer));
  const answerNoMore = (error: string): void => {
    for (const id of unanswered.keys()) tell({ id, error });
  };
  child.on('exit', () => answerNoMore(HAS_ENDED));
  // It could not be started, or is gone before it could be asked.
  child.on('error', ({ message }) => answerNoMore(message));

  const resultOf = async (answer: Promise<Answer>): Promise<StatementResult> => {
    const { rows = [], affectedRows, error } = await answer;
    if (error !== undefined) throw new Error(error);
    return { rows, ...(affectedRows === undefined ? {} : { affectedRows }) };
  };
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let asked = READY;
  await resultOf(answerTo(READY));
  return {
    pid: child.pid ?? 0,
    hasEnded,
    async query(sql, parameters) {
      if (hasEnded() || !child.connected) throw new Error(HAS_ENDED);
      asked += 1;
      const answer = answerTo(asked);
      child.send({ id: asked, sql, parameters });
      return await resultOf(answer);
    },
    async close() {
      if (child.connected) child.disconnect();
      if (!hasEnded()) await ended;
    },
  };
}
