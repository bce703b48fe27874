import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttemptRecord, CommitRecord, storeKeys } from '@framefold/domain';
import { processesNaming, storedFiles, type RunningProcess, type TestStack } from '@framefold/testing';

/** What a job has left in a stack's store and on the machine. */
export interface JobEvidence {
  /** SHA256SUMS of the output. */
  checksums(): Promise<string>;
  /** Units with a commit record. */
  committed(): Promise<string[]>;
  commits(): Promise<CommitRecord[]>;
  /** The attempts at a unit, or at all units, in order of their start. */
  attempts(unit?: string): Promise<AttemptRecord[]>;
  /** Encoder processes, with their wrappers, by their scratch folders. */
  encoders(): Promise<RunningProcess[]>;
}

/** Looks into a folder store. */
export function evidenceOf({ home }: Pick<TestStack, 'home'>, jobId: string): JobEvidence {
  const stored = (key: string): string => join(home, 'store', key);
  const records = async <T>(key: string, parse: (value: unknown) => T): Promise<T[]> => {
    const folder = stored(key);
    const texts = await Promise.all(
      (await storedFiles(folder)).map((file) => readFile(join(folder, file), 'utf8')),
    );
    return texts.map((text) => parse(JSON.parse(text)));
  };
  return {
    checksums: () => readFile(stored(storeKeys.outputFile(jobId, 'SHA256SUMS')), 'utf8'),
    committed: async () =>
      (await storedFiles(stored(storeKeys.commits(jobId)))).map((file) => file.replace(/-g\d+\.json$/, '')),
    commits: () => records(storeKeys.commits(jobId), (value) => CommitRecord.parse(value)),
    attempts: async (unit) => {
      const key = unit === undefined ? storeKeys.attempts(jobId) : storeKeys.attemptsOf(jobId, unit);
      const attempts = await records(key, (value) => AttemptRecord.parse(value));
      return attempts.sort((a, b) => a.startedAt - b.startedAt);
    },
    encoders: () => processesNaming(`/${jobId}-`),
  };
}

/** A process number is used again; with its command line, which names the attempt, it is not. */
export function identity({ pid, commandLine }: RunningProcess): string {
  return `${pid} ${commandLine}`;
}

/** The media programs themselves among processes: not the sandbox and the wrappers around them. */
export function programsAmong(processes: readonly RunningProcess[], tool: string): RunningProcess[] {
  return processes.filter(({ commandLine }) => commandLine.startsWith(`${tool} `));
}
