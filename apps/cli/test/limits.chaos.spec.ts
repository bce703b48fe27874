import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipPath, requireTool, startStack, storedFiles, until, type TestStack } from '@framefold/testing';
import { evidenceOf, programsAmong } from './job-evidence.ts';

const LIMIT_MS = 240_000;
const sourceUrl = pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href;

describe.each(['auto', 'rlimit'])('limits of a job, held by %s', (FRAMEFOLD_RESOURCE_CONTROL) => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_RESOURCE_CONTROL });
  }, LIMIT_MS);
  afterAll(() => stack?.stop(), 60_000);

  it(
    'of memory end exactly its encoders',
    async () => {
      const worker = await stack.pid('encode');
      const neighbour = await stack.submit({ sourceUrl, segmentSeconds: 2 });
      await stack.follow(neighbour, (job) => job.status === 'transcoding');
      const greedy = await stack.submit({ sourceUrl, resourceLimits: { maxMemoryMb: 64 } });
      expect(await stack.follow(greedy)).toMatchObject({
        status: 'failed',
        failure: {
          code: 'ENCODER_OUT_OF_MEMORY',
          message: expect.stringMatching(/used \d+ MB of memory for .+; 64 MB are allowed/) as string,
          hint: expect.stringContaining('maxMemoryMb') as string,
        },
      });
      expect(await stack.follow(neighbour)).toMatchObject({
        status: 'completed',
        warnings: expect.anything() as [],
      });
      const attempts = await evidenceOf(stack, neighbour).attempts();
      expect(attempts.map(({ outcome }) => outcome?.result)).toEqual(attempts.map(() => 'committed'));
      expect(await stack.pid('encode')).toBe(worker);
      expect((await fetch(`${stack.apiUrl}/readyz`)).status).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    'of time end its encoders, whatever they do',
    async () => {
      const jobId = await stack.submit({ sourceUrl, segmentSeconds: 30, resourceLimits: { timeoutSec: 1 } });
      const evidence = evidenceOf(stack, jobId);
      // A program that does not even hear a signal.
      const [program] = await until(async () => {
        const found = programsAmong(await evidence.encoders(), requireTool('ffmpeg')).filter(
          ({ commandLine }) => commandLine.includes('chunk-'),
        );
        return found.length > 0 && found;
      });
      if (program === undefined) throw new Error('There is no encoder.');
      const frozenAt = Date.now();
      process.kill(program.pid, 'SIGSTOP');
      await until(async () => !(await evidence.encoders()).some(({ pid }) => pid === program.pid));
      expect(Date.now() - frozenAt).toBeLessThan(7_000);
      expect(await stack.follow(jobId)).toMatchObject({ failure: { code: 'ENCODER_TIMED_OUT' } });
      expect(await evidence.encoders()).toEqual([]);
      await until(async () => (await storedFiles(join(stack.home, 'scratch'))).length === 0);
    },
    LIMIT_MS,
  );

  it(
    'of processor time slow its encoders down, or are said not to be held',
    async () => {
      const half = { sourceUrl, segmentSeconds: 30, resourceLimits: { maxCpuPercent: 50 } };
      const jobId = await stack.submit(half);
      const job = await stack.follow(jobId);
      expect(job.status).toBe('completed');
      const commits = await evidenceOf(stack, jobId).commits();
      const chunk = commits.find(({ unit }) => unit.startsWith('chunk-'));
      if (chunk?.usage === undefined) throw new Error('The use of the encoder is not recorded.');
      const share = chunk.usage.cpuSeconds / ((chunk.endedAt - chunk.startedAt) / 1000);
      const codes = job.warnings.map(({ code }) => code);
      if (FRAMEFOLD_RESOURCE_CONTROL === 'rlimit') expect(codes).toContain('LIMIT_NOT_ENFORCED');
      else {
        expect(codes).not.toContain('LIMIT_NOT_ENFORCED');
        expect(share).toBeLessThan(0.55);
        expect(share).toBeGreaterThan(0.4);
      }
    },
    LIMIT_MS,
  );
});
