import { storeKeys, type AttemptRecord } from '@framefold/domain';
import { attempt, happyLog } from '@framefold/domain/testing';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const write = (record: AttemptRecord): Promise<unknown> =>
  api.store.put(storeKeys.attempt(record.jobId, record.unit, record.attemptId), JSON.stringify(record));
const attemptsOf = async (jobId: string, query = '') =>
  (await api.send('GET', `/api/jobs/${jobId}/attempts${query}`)).json;

describe('GET /api/jobs/:id/attempts', () => {
  it("shows those of a job while it runs, without what is the workers' own", async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
    await write(attempt({ jobId }));
    const shown = {
      ...{ id: 'g0-1-aaaa', unit: 'chunk-00000', generation: 0, attempt: 1 },
      ...{ workerId: 'worker', encoderBuild: 'x264', startedAt: 1 },
    };
    expect(await attemptsOf(jobId)).toEqual({ attempts: [shown] });
    const outcome = { endedAt: 2, result: 'failed', code: 'ENCODER_CRASHED' } as const;
    await write(
      attempt({ jobId, outcome: { ...outcome, message: '/scratch', evidence: { stderr: '/scratch' } } }),
    );
    expect(await attemptsOf(jobId)).toEqual({ attempts: [{ ...shown, outcome }] });
  });

  it('shows those of an ended job, whether its end has brought them into the catalogue or not', async () => {
    const jobId = await api.jobWith(happyLog());
    await api.catalogue.attempts.put([attempt({ jobId })]);
    await write(attempt({ jobId, unit: 'audio' }));
    expect((await attemptsOf(jobId)).attempts).toHaveLength(2);
  });

  it('gives pages, and those of one unit', async () => {
    const jobId = await api.jobWith(happyLog());
    const units = ['chunk-00000', 'chunk-00001', 'audio'];
    await api.catalogue.attempts.put(units.map((unit, startedAt) => attempt({ jobId, unit, startedAt })));
    const first = await attemptsOf(jobId, '?limit=2');
    expect(first.attempts).toMatchObject([{ unit: units[0] }, { unit: units[1] }]);
    const second = await attemptsOf(jobId, `?limit=2&cursor=${first.nextCursor}`);
    expect(second).toEqual({ attempts: [expect.objectContaining({ unit: 'audio' })] });
    expect((await attemptsOf(jobId, '?unit=audio')).attempts).toHaveLength(1);
    const refused = await api.send('GET', `/api/jobs/${jobId}/attempts?limit=0`);
    expect(refused).toMatchObject({ status: 400, json: { errors: [{ path: 'limit' }] } });
  });
});
