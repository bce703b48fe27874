import { pathToFileURL } from 'node:url';
import { fromJson } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { clipPath, freePorts, startStack, type TestStack } from '@framefold/testing';
import { type JobClient, jobClient, refusalOf } from '../testing/job-client.ts';

const LIMIT_MS = 300_000;

/** Several chunks, one after the other. */
const REQUEST = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  segmentSeconds: 1,
  endSeconds: 10,
  ladder: fromJson(ValueSchema, [{ name: 'small', shortSide: 120, maxrateKbps: 200, preset: 'ultrafast' }]),
};

describe('a job by gRPC', () => {
  let stack: TestStack;
  let client: JobClient;
  beforeAll(async () => {
    const port = await freePorts(1);
    stack = await startStack({
      ...{ FRAMEFOLD_GRPC_PORT: String(port), FRAMEFOLD_ENCODE_SLOTS: '1', FRAMEFOLD_LIVE_SLOTS: '0' },
    });
    client = jobClient(`http://127.0.0.1:${port}`);
  });
  afterAll(() => stack?.stop());

  it(
    'is submitted, watched to its end through a broken stream, and read',
    async () => {
      const { jobId } = await client.submitJob({ request: REQUEST, idempotencyKey: 'once' });
      const positions: number[] = [];
      const types: (string | undefined)[] = [];
      let ended: string | undefined;
      while (ended === undefined) {
        let seen = 0;
        const afterPosition = positions.at(-1) ?? -1;
        for await (const { message } of client.watchJob({ jobId, afterPosition })) {
          if (message.case === 'end') ended = message.value.status;
          if (message.case !== 'event') continue;
          positions.push(message.value.position);
          types.push(message.value.event?.data.case);
          // Every few events the client goes away and comes again.
          seen += 1;
          if (seen === 4) break;
        }
      }
      expect(ended).toBe('completed');
      expect(positions).toEqual(positions.map((_, index) => index));
      expect([types[0], types.at(-1)]).toEqual(['jobSubmitted', 'jobCompleted']);
      const { job } = await client.getJob({ jobId });
      const chunks = types.filter((type) => type === 'chunkEncoded');
      expect([chunks.length, chunks.length > 3]).toEqual([job?.plan?.chunks, true]);
      expect(job).toMatchObject({
        status: 'completed',
        progress: { percent: 100 },
        output: { master: 'master.m3u8' },
      });
      expect(job?.segments).toHaveLength(10);
      expect((await client.listJobs({ status: ['completed'] })).jobs.map(({ id }) => id)).toEqual([jobId]);
      const again = await client.submitJob({ request: REQUEST, idempotencyKey: 'once' });
      expect(again).toMatchObject({ jobId, status: 'completed' });
    },
    LIMIT_MS,
  );

  it(
    'is paused, goes on, and is cancelled while it is watched',
    async () => {
      const { jobId } = await client.submitJob({ request: { ...REQUEST, endSeconds: 30 } });
      const told: string[] = [];
      for await (const { message } of client.watchJob({ jobId })) {
        if (message.case === 'end') told.push(message.value.status);
        const type = message.case === 'event' ? message.value.event?.data.case : undefined;
        if (type === 'chunkEncoded' && told.length === 0) {
          expect(await client.pauseJob({ jobId })).toMatchObject({ status: 'transcoding', paused: true });
          told.push('asked');
        }
        if (type === 'jobPaused') {
          expect(await client.resumeJob({ jobId })).toMatchObject({ paused: false });
          expect(await client.cancelJob({ jobId })).toMatchObject({ status: 'cancelled' });
          told.push('paused');
        }
        if (type === 'jobResumed' || type === 'jobCancelled') told.push(type);
      }
      expect(told).toEqual(['asked', 'paused', 'jobResumed', 'jobCancelled', 'cancelled']);
      expect(await refusalOf(client.pauseJob({ jobId }))).toMatchObject({
        status: 'FailedPrecondition',
        problem: { code: 'JOB_ENDED' },
      });
    },
    LIMIT_MS,
  );

  it(
    'has its watchers told when the service stops',
    async () => {
      const { jobId } = await client.submitJob({ request: { ...REQUEST, endSeconds: 30 } });
      const watched = refusalOf(client.watchJob({ jobId }));
      const control = await stack.pid('control');
      process.kill(control, 'SIGTERM');
      expect(await watched).toMatchObject({ status: 'Unavailable', problem: { code: 'NOT_READY' } });
    },
    LIMIT_MS,
  );
});
