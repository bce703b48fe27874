import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttemptRecord, storeKeys, type JobView } from '@framefold/domain';
import {
  clipPath,
  processesNaming,
  startStack,
  storedFiles,
  until,
  type RunningProcess,
  type TestStack,
} from '@framefold/testing';

const LIMIT_MS = 300_000;
/** Short segments, so that there are chunks enough to have a half of. */
const REQUEST = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  segmentSeconds: 2,
};

/** What was there at the moment before a kill. */
interface Halfway {
  /** Units of work that were committed. */
  readonly committed: readonly string[];
  readonly encoders: readonly RunningProcess[];
  readonly at: number;
}

describe('a kill -9 halfway changes nothing of the output', () => {
  let stack: TestStack;
  let chunks: number;
  let undisturbed: string;
  beforeAll(async () => {
    stack = await startStack();
    const jobId = await stack.submit(REQUEST);
    const job = await stack.follow(jobId);
    expect(job).toMatchObject({ status: 'completed' });
    chunks = job.plan?.chunks ?? 0;
    expect(chunks).toBeGreaterThanOrEqual(6);
    undisturbed = await checksums(jobId);
  }, LIMIT_MS);
  afterAll(() => stack?.stop(), 60_000);

  const stored = (key: string): string => join(stack.home, 'store', key);
  const checksums = (jobId: string): Promise<string> =>
    readFile(stored(storeKeys.outputFile(jobId, 'SHA256SUMS')), 'utf8');

  /** Units with a commit record. */
  const committedUnits = async (jobId: string): Promise<string[]> =>
    (await storedFiles(stored(storeKeys.commits(jobId)))).map((file) => file.replace(/-g0\.json$/, ''));

  /** The encoder processes of a job, by their scratch folders. */
  const encodersOf = (jobId: string): Promise<RunningProcess[]> => processesNaming(`/${jobId}-`);

  /** Waits until half of the chunks are committed while others are being encoded. */
  const waitForHalf = (jobId: string): Promise<Halfway> =>
    until(async () => {
      const encoders = await encodersOf(jobId);
      const committed = await committedUnits(jobId);
      const half = committed.filter((unit) => unit.startsWith('chunk-')).length * 2 >= chunks;
      return half && encoders.length > 0 && { committed, encoders, at: Date.now() };
    });

  /** The attempts at a unit, by their records. */
  const attemptsAt = async (jobId: string, unit: string): Promise<AttemptRecord[]> => {
    const folder = stored(storeKeys.attemptsOf(jobId, unit));
    const files = await storedFiles(folder);
    return Promise.all(
      files.map(async (file) => AttemptRecord.parse(JSON.parse(await readFile(join(folder, file), 'utf8')))),
    );
  };

  const expectUndamaged = async (jobId: string, { committed, encoders, at }: Halfway): Promise<void> => {
    // Encoders that were running when the kill came are gone at once, long before the job ends.
    await until(async () => {
      const running = new Set((await encodersOf(jobId)).map(identity));
      return encoders.every((encoder) => !running.has(identity(encoder)));
    });
    const job: JobView = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    expect(job.status).toBe('completed');
    const transcoding = job.phases.find(({ state }) => state === 'transcoding');
    expect(transcoding?.startedAt).toBeLessThan(at);
    expect(transcoding?.endedAt).toBeGreaterThan(at);

    expect(await checksums(jobId)).toBe(undisturbed);
    for (const unit of committed) {
      const attempts = await attemptsAt(jobId, unit);
      expect(attempts.length).toBeGreaterThan(0);
      expect(attempts.filter(({ startedAt }) => startedAt > at)).toEqual([]);
    }
    expect(await encodersOf(jobId)).toEqual([]);
    expect(await storedFiles(join(stack.home, 'scratch'))).toEqual([]);
  };

  it(
    'of the encode worker, whose chunks in work are begun again',
    async () => {
      const worker = await stack.pid('encode');
      const jobId = await stack.submit(REQUEST);
      const halfway = await waitForHalf(jobId);
      process.kill(worker, 'SIGKILL');
      await expectUndamaged(jobId, halfway);

      // What was running was lost, and was begun once more.
      const lost = unitsOf(halfway.encoders).filter((unit) => !halfway.committed.includes(unit));
      const attempts = await Promise.all(lost.map((unit) => attemptsAt(jobId, unit)));
      expect(attempts.flat().some(({ outcome }) => outcome === undefined)).toBe(true);
      expect(await stack.pid('encode')).not.toBe(worker);
    },
    LIMIT_MS,
  );

  it(
    'of the whole stack, which is started again',
    async () => {
      const jobId = await stack.submit(REQUEST);
      const supervisor = await stack.pid('supervisor');
      const halfway = await waitForHalf(jobId);
      process.kill(supervisor, 'SIGKILL');
      await stack.up();
      await expectUndamaged(jobId, halfway);
    },
    LIMIT_MS,
  );

  it(
    'of the control process',
    async () => {
      const control = await stack.pid('control');
      const jobId = await stack.submit(REQUEST);
      const halfway = await waitForHalf(jobId);
      process.kill(control, 'SIGKILL');
      const { encoders: _, ...rest } = halfway;
      // The encode worker lives on, and so may its encoders.
      await expectUndamaged(jobId, { ...rest, encoders: [] });
      expect(await stack.pid('control')).not.toBe(control);
    },
    LIMIT_MS,
  );
});

/** A process number is used again; with its command line, which names the attempt, it is not. */
function identity({ pid, commandLine }: RunningProcess): string {
  return `${pid} ${commandLine}`;
}

/** The units that encoder processes are working on, by the names of their scratch folders. */
function unitsOf(encoders: readonly RunningProcess[]): string[] {
  const names = encoders.map(({ commandLine }) => /(chunk-\d+|audio-\w+)-g\d/.exec(commandLine)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
