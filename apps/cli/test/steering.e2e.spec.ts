import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { JobView, TranscodeRequestBody } from '@framefold/domain';
import { clipPath, startStack, type TestStack } from '@framefold/testing';

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
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_ENCODE_SLOTS: '1', FRAMEFOLD_LIVE_SLOTS: '0' });
  });
  afterAll(() => stack?.stop(), 60_000);

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
  const encoding = ({ progress }: JobView): boolean => progress.completed > 2;

  it(
    'encodes nothing while it is paused, lets others through, and goes on to the same bytes',
    async () => {
      const undisturbed = await stack.submit(LONG);
      await stack.follow(undisturbed);
      const jobId = await stack.submit(LONG);
      await stack.follow(jobId, encoding);
      expect(await steer('POST', `${jobId}/pause`)).toEqual({ status: 'transcoding', paused: true });
      const idle = await stack.follow(jobId, ({ progress }) => progress.running === 0);
      expect(idle).toMatchObject({ paused: true, waitingFor: 'somebody to resume it' });
      // What ran ends; then nothing changes, though an encoder is free for another job.
      await delay(2000);
      const before = (await stack.job(jobId)).progress.completed;
      const other = await stack.submit({ ...LONG, segmentSeconds: 10 });
      expect(await stack.follow(other)).toMatchObject({ status: 'completed' });
      expect((await stack.job(jobId)).progress).toMatchObject({ completed: before, running: 0 });
      await steer('POST', `${jobId}/resume`);
      expect(await stack.follow(jobId)).toMatchObject({ status: 'completed', paused: false });
      expect(await checksums(jobId)).toBe(await checksums(undisturbed));
    },
    LIMIT_MS,
  );

  it(
    'overtakes what was before it when it becomes more urgent',
    async () => {
      const first = await stack.submit({ ...LONG, userId: 'ada' });
      await stack.follow(first, encoding);
      const second = await stack.submit({ ...LONG, userId: 'ada', priority: 9, endSeconds: 10 });
      await stack.follow(second, ({ status }) => status === 'transcoding');
      expect((await stack.job(second)).progress.running).toBe(0);
      expect(await steer('PATCH', second, { priority: 1 })).toMatchObject({ paused: false });
      expect(await stack.follow(second)).toMatchObject({ status: 'completed', priority: 1 });
      expect(await stack.job(first)).toMatchObject({ status: 'transcoding' });
      await fetch(`${stack.apiUrl}/api/jobs/${first}`, { method: 'DELETE' });
    },
    LIMIT_MS,
  );

  it(
    'encodes a rendition again, to the same pictures in files of their own',
    async () => {
      const jobId = await stack.submit({ ...LONG, endSeconds: 8 });
      await stack.follow(jobId, encoding);
      await steer('POST', `${jobId}/renditions/small/redo`);
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
