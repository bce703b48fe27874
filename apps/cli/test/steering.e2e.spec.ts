import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JobView, TranscodeRequestBody } from '@framefold/domain';
import {
  clipPath,
  holdableFfmpeg,
  startStack,
  type HoldableFfmpeg,
  type TestStack,
} from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const LIMIT_MS = 300_000;

/** Thirty chunks, one after the other. */
const LONG: TranscodeRequestBody = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  segmentSeconds: 1,
  ladder: [
    { name: 'large', shortSide: 240, maxrateKbps: 400, preset: 'ultrafast' },
    { name: 'small', shortSide: 120, maxrateKbps: 200, preset: 'ultrafast' },
  ],
};

describe('a job that is steered while it runs', () => {
  let folder: string;
  let stack: TestStack;
  let encoder: HoldableFfmpeg;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-steering-'));
    encoder = await holdableFfmpeg(folder);
    stack = await startStack({
      ...encoder.variables,
      FRAMEFOLD_ENCODE_SLOTS: '1',
      FRAMEFOLD_LIVE_SLOTS: '0',
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const steer = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${stack.apiUrl}/api/jobs/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  const checksums = (jobId: string): Promise<string> =>
    readFile(join(stack.home, 'store/jobs', jobId, 'output/SHA256SUMS'), 'utf8');
  const encoding = ({ progress }: JobView): boolean => progress.running > 0;

  it(
    'encodes nothing while it is paused, lets others through, and goes on to the same bytes',
    async () => {
      const undisturbed = await stack.submit(LONG);
      await stack.follow(undisturbed);
      await encoder.hold();
      const jobId = await stack.submit(LONG);
      await stack.follow(jobId, encoding);
      expect(await steer('POST', `${jobId}/pause`)).toEqual({ status: 'transcoding', paused: true });
      const evidence = evidenceOf(stack, jobId);
      const begun = await evidence.attempts();
      await encoder.release();
      const idle = await stack.follow(jobId, ({ progress }) => progress.running === 0);
      expect(idle).toMatchObject({ paused: true, waitingFor: 'somebody to resume it' });
      // An encoder is free for another job.
      const other = await stack.submit({ ...LONG, segmentSeconds: 10 });
      expect(await stack.follow(other)).toMatchObject({ status: 'completed' });
      // What ran has ended, and nothing else has begun.
      const kept = await evidence.committed();
      expect(kept.length).toBeGreaterThan(0);
      expect(await evidence.attempts()).toHaveLength(begun.length);
      expect((await stack.job(jobId)).progress).toMatchObject({ running: 0 });
      await steer('POST', `${jobId}/resume`);
      expect(await stack.follow(jobId)).toMatchObject({ status: 'completed', paused: false });
      expect(await checksums(jobId)).toBe(await checksums(undisturbed));
    },
    LIMIT_MS,
  );

  it(
    'overtakes what was before it when it becomes more urgent',
    async () => {
      await encoder.hold();
      const first = await stack.submit({ ...LONG, userId: 'ada' });
      await stack.follow(first, encoding);
      const second = await stack.submit({ ...LONG, userId: 'ada', priority: 9, endSeconds: 10 });
      await stack.follow(second, ({ status }) => status === 'transcoding');
      expect((await stack.job(second)).progress.running).toBe(0);
      expect(await steer('PATCH', second, { priority: 1 })).toMatchObject({ paused: false });
      await encoder.release();
      expect(await stack.follow(second)).toMatchObject({ status: 'completed', priority: 1 });
      expect(await stack.follow(first)).toMatchObject({ status: 'completed' });
      const lastBegun = async (jobId: string): Promise<number> =>
        Math.max(...(await evidenceOf(stack, jobId).attempts()).map(({ startedAt }) => startedAt));
      expect(await lastBegun(second)).toBeLessThan(await lastBegun(first));
    },
    LIMIT_MS,
  );

  it(
    'encodes a rendition again, to the same pictures in files of their own',
    async () => {
      await encoder.hold();
      const jobId = await stack.submit({ ...LONG, endSeconds: 8 });
      await stack.follow(jobId, encoding);
      await steer('POST', `${jobId}/renditions/small/redo`);
      await encoder.release();
      const done = await stack.follow(jobId);
      expect(done).toMatchObject({ status: 'completed' });
      const log = await (await fetch(`${stack.apiUrl}/api/jobs/${jobId}/events`)).text();
      const encodes = log.split('\n').filter((line) => line.includes('"type":"ChunkEncoded"'));
      expect(encodes.filter((line) => line.includes('"rendition":"small"'))).toHaveLength(
        done.plan?.chunks ?? 0,
      );
      const playlist = await readFile(
        join(stack.home, 'store/jobs', jobId, 'output/small/playlist.m3u8'),
        'utf8',
      );
      expect(playlist).toContain('init-g1.mp4');
    },
    LIMIT_MS,
  );
});
