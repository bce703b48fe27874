import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type JobView } from '@framefold/domain';
import {
  clipPath,
  processesNaming,
  requireTool,
  startStack,
  storedFiles,
  until,
  type RunningProcess,
  type TestStack,
} from '@framefold/testing';
import { evidenceOf, identity, programsAmong } from './job-evidence.ts';

const LIMIT_MS = 300_000;

/** A kill that came too late for its phase is tried again on another job, so often. */
const TRIES = 6;

/** A probe takes a moment: one that was not seen in this time is over. */
const MOMENT_MS = 30_000;

/** What was there at the moment of a kill. */
interface Killed {
  readonly at: number;
  /** Units of work that were committed. */
  readonly committed: readonly string[];
  /** Programs that the kill must take along. */
  readonly doomed: readonly RunningProcess[];
}

type Phase = 'probing' | 'transcoding' | 'merging';
type Victim =
  'the encode process' | 'the media program alone' | 'the control process' | 'Temporal' | 'the whole stack';

describe('a kill -9 changes nothing of the output', () => {
  let stack: TestStack;
  let request: { readonly sourceUrl: string; readonly segmentSeconds: number };
  /** By its name the programs that read it are told from those of others on this machine. */
  let sourceFile: string;
  let undisturbed: string;
  let chunks: number;
  beforeAll(async () => {
    stack = await startStack();
    sourceFile = join(stack.home, 'source.mp4');
    await copyFile(clipPath('bunny-480p24-30s.mp4'), sourceFile);
    // Short segments, so that there are chunks enough to have a half of.
    request = { sourceUrl: pathToFileURL(sourceFile).href, segmentSeconds: 2 };
    const jobId = await stack.submit(request);
    const job = await stack.follow(jobId);
    expect(job).toMatchObject({ status: 'completed' });
    chunks = job.plan?.chunks ?? 0;
    expect(chunks).toBeGreaterThanOrEqual(6);
    undisturbed = await evidenceOf(stack, jobId).checksums();
  }, LIMIT_MS);
  afterAll(() => stack?.stop(), 60_000);

  /** Waits for a phase of a job; gives the media programs that work in it. */
  const reach: Record<Phase, (jobId: string) => Promise<RunningProcess[]>> = {
    probing: async () => {
      const probes = await soon(async () => {
        const found = await processesNaming(sourceFile);
        return programsAmong(found, requireTool('ffprobe')).length > 0 && found;
      }, []);
      // The probe of a short clip takes a moment: it is held until the kill.
      for (const { pid } of probes) signal(pid, 'SIGSTOP');
      return probes;
    },
    transcoding: async (jobId) => {
      const evidence = evidenceOf(stack, jobId);
      return until(async () => {
        const encoders = await evidence.encoders();
        const done = (await evidence.committed()).filter((unit) => unit.startsWith('chunk-')).length;
        return done * 2 >= chunks && programsAmong(encoders, requireTool('ffmpeg')).length > 0 && encoders;
      });
    },
    merging: async (jobId) => {
      const output = join(stack.home, 'store', storeKeys.output(jobId));
      await soon(async () => existsSync(join(output, '480p/playlist.m3u8')), true);
      return [];
    },
  };

  const kill: Record<Victim, (programs: readonly RunningProcess[], phase: Phase) => Promise<void>> = {
    'the encode process': async () => signal(await stack.pid('encode'), 'SIGKILL'),
    'the media program alone': async (programs, phase) => {
      const [program] = programsAmong(programs, requireTool(phase === 'probing' ? 'ffprobe' : 'ffmpeg'));
      // A probe that was over before it was seen is tried again on another job.
      if (program !== undefined) signal(program.pid, 'SIGKILL');
    },
    'the control process': async () => signal(await stack.pid('control'), 'SIGKILL'),
    Temporal: async () => signal(await stack.pid('temporal'), 'SIGKILL'),
    'the whole stack': async () => {
      signal(await stack.pid('supervisor'), 'SIGKILL');
      await stack.up();
    },
  };

  /** Whether an encoder of the job ended by a kill: a program that had ended by itself before was not killed. */
  const lostAnEncoder = async (jobId: string): Promise<boolean> =>
    (await evidenceOf(stack, jobId).attempts()).some(
      ({ outcome }) => outcome?.code === 'ENCODER_CRASHED' && outcome.evidence?.signal === 'SIGKILL',
    );

  /** Kills once in the phase of a new job, and follows the job to its end. */
  const killIn = async (
    phase: Phase,
    victim: Victim,
  ): Promise<{ jobId: string; job: JobView; killed: Killed }> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const jobId = await stack.submit(request);
      const programs = await reach[phase](jobId);
      const committed = await evidenceOf(stack, jobId).committed();
      const at = Date.now();
      await kill[victim](programs, phase);
      if (phase === 'probing') for (const { pid } of programs) signal(pid, 'SIGCONT');
      const takesAll = victim === 'the encode process' || victim === 'the whole stack';
      const job = await stack.follow(jobId);
      const { startedAt = Infinity, endedAt = 0 } = job.phases.find(({ state }) => state === phase) ?? {};
      const isKilled =
        victim !== 'the media program alone' ||
        (phase === 'probing' ? programs.length > 0 : await lostAnEncoder(jobId));
      if (isKilled && startedAt <= at && at < endedAt) {
        return { jobId, job, killed: { at, committed, doomed: takesAll ? programs : [] } };
      }
    }
    throw new Error(`No kill of ${victim} fell into the phase ${phase} in ${TRIES} tries.`);
  };

  const expectUndamaged = async (
    jobId: string,
    job: JobView,
    { at, committed, doomed }: Killed,
  ): Promise<void> => {
    expect(job.failure).toBeUndefined();
    expect(job.status).toBe('completed');
    const evidence = evidenceOf(stack, jobId);
    expect(await evidence.checksums()).toBe(undisturbed);
    for (const unit of committed) {
      const attempts = await evidence.attempts(unit);
      expect(attempts.length).toBeGreaterThan(0);
      expect(attempts.filter(({ startedAt }) => startedAt > at)).toEqual([]);
    }
    const running = new Set((await processesNaming(stack.home)).map(identity));
    expect(doomed.filter((program) => running.has(identity(program)))).toEqual([]);
    expect(await evidence.encoders()).toEqual([]);
    await until(async () => (await storedFiles(join(stack.home, 'scratch'))).length === 0);
  };

  describe.each(['probing', 'transcoding', 'merging'] as const)('while %s', (phase) => {
    const victims = [
      'the encode process',
      // A merge runs none: it only reads and writes small files.
      ...(phase === 'merging' ? [] : (['the media program alone'] as const)),
      'the control process',
      'Temporal',
      ...(phase === 'transcoding' ? (['the whole stack'] as const) : []),
    ] as const;

    it.each(victims)(
      'of %s',
      async (victim) => {
        const { jobId, job, killed } = await killIn(phase, victim);
        await expectUndamaged(jobId, job, killed);
      },
      LIMIT_MS,
    );
  });
});

/** Looks without a pause: what it waits for is over in moments. @param missed what is given when it was not seen */
async function soon<T>(look: () => Promise<T | false>, missed: T): Promise<T> {
  for (const began = Date.now(); Date.now() - began < MOMENT_MS;) {
    const found = await look();
    if (found !== false) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return missed;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself: whether the kill came in time is seen from the job.
  }
}
