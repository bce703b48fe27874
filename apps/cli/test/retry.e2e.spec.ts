import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AttemptView, TranscodeRequestBody } from '@framefold/domain';
import { clipPath, scriptedFfmpeg, startStack, type TestStack } from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const LIMIT_MS = 300_000;

const REQUEST: TranscodeRequestBody = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  segmentSeconds: 1,
  ladder: [{ name: 'only', shortSide: 240, maxrateKbps: 400, preset: 'ultrafast' }],
};

describe('a job that failed halfway', () => {
  let folder: string;
  let stack: TestStack;
  let counted: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-retry-'));
    counted = join(folder, 'counted');
    stack = await startStack({
      // As long as the file is there, the encoder breaks from the seventh encode on.
      ...(await scriptedFfmpeg(
        folder,
        `case "$*" in *libx264*)
          [ -e "${counted}" ] && echo >> "${counted}" && [ $(wc -l < "${counted}") -gt 6 ] && kill -s SEGV $$
        esac`,
      )),
      FRAMEFOLD_ENCODE_SLOTS: '1',
      FRAMEFOLD_LIVE_SLOTS: '0',
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'is run again without an encode of what it had finished, to the bytes of a job that did not fail',
    async () => {
      const undisturbed = await stack.submit(REQUEST);
      await stack.follow(undisturbed);

      await writeFile(counted, '');
      const jobId = await stack.submit(REQUEST);
      const evidence = evidenceOf(stack, jobId);
      expect(await stack.follow(jobId)).toMatchObject({
        status: 'failed',
        failure: { code: 'ENCODER_CRASHED', retryable: true },
      });
      const kept = await evidence.committed();
      expect(kept.length).toBeGreaterThan(4);

      await rm(counted);
      const answer = await fetch(`${stack.apiUrl}/api/jobs/${jobId}/retry`, { method: 'POST' });
      expect(answer.status).toBe(200);
      expect(await stack.follow(jobId, ({ status }) => status !== 'pending')).not.toHaveProperty('failure');
      expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
      for (const unit of kept) expect(await evidence.attempts(unit)).toHaveLength(1);
      const listed = await fetch(`${stack.apiUrl}/api/jobs/${jobId}/attempts?limit=1000`);
      const { attempts } = (await listed.json()) as { attempts: AttemptView[] };
      const results = new Map(attempts.map(({ id, outcome }) => [id, outcome?.result]));
      const records = await evidence.attempts();
      expect(results).toEqual(new Map(records.map(({ attemptId, outcome }) => [attemptId, outcome?.result])));
      expect(new Set(results.values())).toEqual(new Set(['committed', 'failed']));
      expect(await evidence.checksums()).toBe(await evidenceOf(stack, undisturbed).checksums());
    },
    LIMIT_MS,
  );
});
