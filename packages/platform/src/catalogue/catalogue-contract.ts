import {
  type AttemptRecord,
  type Batch,
  foldAll,
  type JobEvent,
  type JobEventType,
  type NewEvent,
  toSummary,
  toView,
  type TranscodeRequest,
} from '@framefold/domain';
import { attempt, event, EXAMPLES, example, happyLog, request } from '@framefold/domain/testing';
import type { BatchFilter } from './batch-catalogue.ts';
import { BadCursorError, type Catalogue } from './catalogue.ts';
import type { RefusedEvent } from './catalogue.ts';

/** A fresh, empty catalogue and what it reported. */
export interface CatalogueUnderTest {
  readonly catalogue: Catalogue;
  readonly refused: readonly RefusedEvent[];
}

const submission = (jobId: string, at: number, fields: Partial<TranscodeRequest> = {}): NewEvent => ({
  jobId,
  stream: 'job',
  sequence: 0,
  event: event('JobSubmitted', at, { request: request(fields) }),
});
const logOf = (jobId: string, events: readonly JobEvent[], stream = 'job', first = 0): NewEvent[] =>
  events.map((one, index) => ({ jobId, stream, sequence: first + index, event: one }));
const chunk = (chunkIndex: number): JobEvent =>
  event('ChunkEncoded', 5, { chunkIndex, result: EXAMPLES.ChunkEncoded.result });

/** What every catalogue must hold. All tests share one catalogue: each uses jobs, users and labels of its own. */
export function describeCatalogue(name: string, open: () => Promise<CatalogueUnderTest>): void {
  describe(`${name} as a catalogue`, () => {
    let catalogue: Catalogue;
    let refused: readonly RefusedEvent[];
    beforeAll(async () => {
      ({ catalogue, refused } = await open());
    });
    afterAll(() => catalogue.close());

    it('keeps a log in order and folds it', async () => {
      await catalogue.append(logOf('happy', happyLog()));
      const log = await catalogue.events('happy');
      expect(log.map((recorded) => recorded.event)).toEqual(happyLog());
      expect(log.map(({ position }) => position)).toEqual(happyLog().map((_, index) => index));
      expect(await catalogue.events('happy', 3)).toEqual(log.slice(4));
      expect(await catalogue.events('happy', 3, 2)).toEqual(log.slice(4, 6));
      expect(await catalogue.events('happy', log.length - 2, 2)).toEqual(log.slice(-1));
      expect(await catalogue.job('happy')).toEqual({ jobId: 'happy', job: foldAll(happyLog()) });
    });

    it('folds the same whether events come at once or one by one', async () => {
      for (const one of logOf('piecemeal', happyLog())) await catalogue.append([one]);
      expect((await catalogue.job('piecemeal'))?.job).toEqual(foldAll(happyLog()));
    });

    describe('attempts', () => {
      const tried = (attemptId: string, startedAt: number, fields: Partial<AttemptRecord> = {}) =>
        attempt({ jobId: 'tried', unit: 'c0', attemptId, startedAt, ...fields });
      const outcome = { endedAt: 9, result: 'failed', code: 'ENCODER_CRASHED' } as const;

      it('come in the order of their start, page by page, of one job or one unit', async () => {
        const [a, b, c] = [tried('a', 3), tried('b', 1), tried('c', 2, { unit: 'c1' })];
        await catalogue.attempts.put([a, b, c, tried('a', 1, { jobId: 'other' })]);
        const first = await catalogue.attempts.list({ jobId: 'tried', limit: 2 });
        expect(first.attempts).toEqual([b, c]);
        const { nextCursor: cursor } = first;
        const second = await catalogue.attempts.list({ jobId: 'tried', cursor, limit: 2 });
        expect(second).toEqual({ attempts: [a] });
        expect((await catalogue.attempts.list({ jobId: 'tried', unit: 'c1', limit: 9 })).attempts).toEqual([
          c,
        ]);
        await expect(catalogue.attempts.list({ jobId: 'tried', cursor: '?', limit: 2 })).rejects.toThrow(
          BadCursorError,
        );
      });

      it('take their end once, and lose it no more', async () => {
        const running = tried('d', 4, { jobId: 'ends' });
        await catalogue.attempts.put([running]);
        expect(await catalogue.attempts.ended('ends')).toEqual(new Set());
        await catalogue.attempts.put([{ ...running, outcome }]);
        await catalogue.attempts.put([running]);
        expect((await catalogue.attempts.list({ jobId: 'ends', limit: 9 })).attempts).toEqual([
          { ...running, outcome },
        ]);
        expect(await catalogue.attempts.ended('ends')).toEqual(new Set(['c0/d']));
      });

      it('are any number at once', async () => {
        const many = Array.from({ length: 250 }, (_, index) => tried(`m${index}`, index, { jobId: 'many' }));
        await catalogue.attempts.put(many);
        expect((await catalogue.attempts.list({ jobId: 'many', limit: 999 })).attempts).toEqual(many);
      });
    });

    it('knows nothing of an unknown job', async () => {
      expect(await catalogue.job('nobody')).toBeUndefined();
      expect(await catalogue.events('nobody')).toEqual([]);
      await catalogue.setLive('nobody', []);
      await catalogue.append([]);
    });

    it('passes over what it knows, also inside one call and when the content differs', async () => {
      const first = submission('twice', 1);
      await catalogue.append([first, first]);
      await catalogue.append([submission('twice', 2)]);
      expect(await catalogue.events('twice')).toEqual([{ ...first, position: 0 }]);
    });

    it('appends each event once when many append the same at once', async () => {
      await catalogue.append([submission('crowd', 1)]);
      const chunks = Array.from({ length: 12 }, (_, index) => chunk(index));
      await Promise.all(
        Array.from({ length: 8 }, (_, writer) =>
          catalogue.append(logOf('crowd', chunks, 'chunks-0').slice(writer, writer + 5)),
        ),
      );
      const log = await catalogue.events('crowd');
      expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index));
      expect(log.map(({ sequence, stream }) => `${stream} ${sequence}`).sort()).toEqual(
        ['job 0', ...chunks.map((_, index) => `chunks-0 ${index}`)].sort(),
      );
      expect(Object.keys((await catalogue.job('crowd'))?.job.chunks ?? {})).toHaveLength(12);
    });

    it('takes events of several jobs in one call', async () => {
      await catalogue.append([
        submission('pair-b', 1),
        submission('pair-a', 1),
        ...logOf('pair-b', [chunk(1)], 'c'),
      ]);
      expect(await catalogue.events('pair-a')).toHaveLength(1);
      expect(await catalogue.events('pair-b')).toHaveLength(2);
    });

    it('shows a job first when it was submitted, with all that came before', async () => {
      const [submitted, probing] = happyLog();
      await catalogue.append(logOf('early', [probing!], 'other'));
      expect(await catalogue.job('early')).toBeUndefined();
      expect((await catalogue.list({ limit: 500 })).jobs.map(({ id }) => id)).not.toContain('early');
      await catalogue.append(logOf('early', [submitted!]));
      expect((await catalogue.job('early'))?.job).toEqual(foldAll([submitted!, probing!]));
      expect((await catalogue.events('early')).map(({ event: { type } }) => type)).toEqual([
        'JobSubmitted',
        'ProbingStarted',
      ]);
    });

    it('refuses and reports an illegal event, and takes the legal ones around it', async () => {
      await catalogue.append([submission('over', 1)]);
      const late: JobEventType[] = ['JobCancelled', 'JobCompleted', 'ChunkEncoded'];
      await catalogue.append(
        logOf(
          'over',
          late.map((type) => example(type, 9)),
          'job',
          1,
        ),
      );
      const log = await catalogue.events('over');
      expect(log.map(({ event: { type } }) => type)).toEqual([
        'JobSubmitted',
        'JobCancelled',
        'ChunkEncoded',
      ]);
      expect((await catalogue.job('over'))?.job).toEqual(foldAll(log.map((recorded) => recorded.event)));
      expect(refused.filter(({ event: { jobId } }) => jobId === 'over')).toMatchObject([
        { event: { sequence: 2, event: { type: 'JobCompleted' } } },
      ]);
    });

    it('lists the newest first, in pages that stay put while jobs come in', async () => {
      const userId = 'pages';
      const ids = Array.from({ length: 5 }, (_, index) => `page-${index}`);
      // Two of one time: the id decides.
      await catalogue.append(
        ids.map((id, index) => submission(id, index < 2 ? 100 : 100 + index, { userId })),
      );
      const first = await catalogue.list({ userId, limit: 2 });
      await catalogue.append([submission('page-new', 999, { userId })]);
      const second = await catalogue.list({ userId, limit: 2, cursor: first.nextCursor! });
      const third = await catalogue.list({ userId, limit: 2, cursor: second.nextCursor! });
      const pages = [first, second, third].map(({ jobs }) => jobs.map(({ id }) => id));
      expect(pages).toEqual([['page-4', 'page-3'], ['page-2', 'page-1'], ['page-0']]);
      expect(third.nextCursor).toBeUndefined();
      expect((await catalogue.list({ userId, limit: 6 })).nextCursor).toBeUndefined();
    });

    it('filters by state, user and label', async () => {
      await catalogue.append([
        submission('filter-1', 1, { userId: 'filter', labels: ['day', 'a "quoted" one'] }),
        submission('filter-2', 2, { userId: 'filter', labels: ['night'] }),
        ...logOf('filter-2', [example('ProbingStarted')], 'job', 1),
      ]);
      const ids = async (filter: object): Promise<string[]> =>
        (await catalogue.list({ userId: 'filter', limit: 9, ...filter })).jobs.map(({ id }) => id);
      expect(await ids({})).toEqual(['filter-2', 'filter-1']);
      expect(await ids({ label: 'a "quoted" one' })).toEqual(['filter-1']);
      expect(await ids({ status: ['probing', 'failed'] })).toEqual(['filter-2']);
      expect(await ids({ status: ['pending'], label: 'night' })).toEqual([]);
      expect(await catalogue.idsInStates(['probing', 'splitting'])).toContain('filter-2');
      expect(await catalogue.idsInStates(['probing', 'splitting'])).not.toContain('filter-1');
    });

    it('filters by time and by batch, in pages, also of several states at once', async () => {
      const userId = 'slices';
      const batchId = 'slices-batch';
      const ids = Array.from({ length: 9 }, (_, index) => `slice-${index}`);
      await catalogue.append([
        ...ids.map((jobId, index) => ({
          ...submission(jobId, 100 + index, { userId, labels: ['slices'] }),
          event: event('JobSubmitted', 100 + index, {
            request: request({ userId, labels: ['slices'] }),
            ...(index % 2 === 0 ? { batchId } : {}),
          }),
        })),
        ...ids.slice(0, 4).flatMap((id) => logOf(id, [example('ProbingStarted')], 'job', 1)),
        ...ids.slice(6).flatMap((id) => logOf(id, [example('JobCancelled')], 'job', 1)),
      ]);
      const all = async (filter: object): Promise<string> => {
        let found = '';
        for (let cursor: string | undefined; ;) {
          const page = await catalogue.list({
            limit: 2,
            ...filter,
            ...(cursor === undefined ? {} : { cursor }),
          });
          found += page.jobs.map(({ id }) => id.replace('slice-', '')).join('');
          cursor = page.nextCursor;
          if (cursor === undefined) return found;
        }
      };
      expect(await all({ userId })).toEqual('876543210');
      expect(await all({ label: 'slices' })).toEqual('876543210');
      expect(await all({ batchId })).toEqual('86420');
      expect(await all({ userId, createdAfter: 102, createdBefore: 105 })).toEqual('432');
      expect(await all({ label: 'slices', createdAfter: 107 })).toEqual('87');
      expect(await all({ userId, status: ['cancelled', 'probing', 'probing'] })).toEqual('8763210');
      expect(await all({ batchId, status: ['cancelled'] })).toEqual('86');
    });

    it('lists what a look at each job gives, its long lists left out', async () => {
      const userId = 'summed up';
      await catalogue.append([
        submission('sum-1', 1, { userId }),
        ...logOf('sum-2', [submission('', 2, { userId }).event, ...happyLog().slice(1)]),
        ...logOf('sum-3', [submission('', 3, { userId }).event, ...happyLog().slice(1, 10)]),
      ]);
      const unit = { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 72, speed: 1.5 };
      await catalogue.setLive('sum-3', [unit]);
      const { jobs } = await catalogue.list({ userId, limit: 9 });
      expect(jobs.map(({ id }) => id)).toEqual(['sum-3', 'sum-2', 'sum-1']);
      for (const summary of jobs) {
        const { job, live } = (await catalogue.job(summary.id))!;
        const { eta: _, speed: __, ...progress } = summary.progress;
        expect(toSummary(toView(summary.id, job, live, Date.now()))).toMatchObject({ ...summary, progress });
      }
      expect(jobs[0]?.progress).toMatchObject({ running: 2 });
    });

    it.each(['', 'x', 'bm90IG9uZQ', 'MSAA', "1' or 1=1"])('does not take %j for a cursor', async (cursor) => {
      await expect(catalogue.list({ limit: 1, cursor })).rejects.toBeInstanceOf(BadCursorError);
    });

    it('takes whatever has the form of a cursor for a place in the list', async () => {
      for (const cursor of ['0.x', '9999999999999999.zz-_9'])
        expect(await catalogue.list({ userId: 'nobody', limit: 1, cursor })).toEqual({ jobs: [] });
    });

    it('takes names with characters that no database keeps', async () => {
      const userId = 'nul \0 half \ud83d';
      await catalogue.append([
        submission('odd', 1, {
          ...{ userId, title: '\udead\0 🎬 \\u0000', labels: ['\0'] },
          metadata: { 'a\0': 'b', '\ud83d': 'c' },
        }),
      ]);
      expect((await catalogue.job('odd'))?.job.request).toMatchObject({
        title: '\ufffd\ufffd 🎬 \\u0000',
        labels: ['\ufffd'],
        metadata: { 'a\ufffd': 'b', '\ufffd': 'c' },
      });
      const found = await catalogue.list({ userId, label: '\0', limit: 5 });
      expect(found.jobs.map(({ id }) => id)).toEqual(['odd']);
    });

    it('replaces what encoders reported, and leaves it alone when events come', async () => {
      const unit = { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 7, speed: 1.5 };
      await catalogue.append([submission('live', 1)]);
      expect((await catalogue.job('live'))?.live).toBeUndefined();
      await catalogue.setLive('live', []);
      expect((await catalogue.job('live'))?.live).toEqual([]);
      await catalogue.setLive('live', [unit, { ...unit, unit: 'chunk-00001' }]);
      expect((await catalogue.job('live'))?.live).toHaveLength(2);
      await catalogue.setLive('live', [unit]);
      expect((await catalogue.job('live'))?.live).toEqual([unit]);
      await catalogue.append(logOf('live', [example('ProbingStarted')], 'job', 1));
      expect(await catalogue.job('live')).toMatchObject({ job: { state: 'probing' }, live: [unit] });
    });

    it('keeps no report of a job that has ended', async () => {
      const unit = { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 7, speed: 1.5 };
      await catalogue.append([submission('over-live', 1)]);
      await catalogue.setLive('over-live', [unit]);
      expect((await catalogue.job('over-live'))?.live).toEqual([unit]);
      await catalogue.append(logOf('over-live', [example('JobCancelled')], 'job', 1));
      expect((await catalogue.job('over-live'))?.live).toBeUndefined();
      await catalogue.setLive('over-live', [unit]);
      expect((await catalogue.job('over-live'))?.live).toBeUndefined();
    });

    it('gives a job that has ended as its log is, also when that goes on', async () => {
      await catalogue.append(logOf('ended', [submission('', 1).event, example('JobFailed')]));
      const first = await catalogue.job('ended');
      expect(await catalogue.job('ended')).toBe(first);
      await catalogue.append([{ ...submission('ended', 9), sequence: 2 }]);
      expect((await catalogue.job('ended'))?.job).toMatchObject({ state: 'pending', createdAt: 1 });
    });

    describe('when a log is restored', () => {
      const view = async (jobId: string) => [
        await catalogue.job(jobId),
        await catalogue.events(jobId),
        (await catalogue.list({ label: jobId, limit: 2 })).jobs,
      ];
      const log = (jobId: string) => [
        submission(jobId, 1, { labels: [jobId] }),
        ...logOf(jobId, happyLog().slice(1, 9), 'job', 1),
        ...logOf(jobId, [chunk(0), chunk(1)], 'chunks-0'),
      ];

      it('is as it was, with the same positions', async () => {
        // Nothing of an ended job's view depends on the time of looking.
        const whole = [...log('kept'), ...logOf('kept', [example('JobCancelled', 9)], 'job', 9)];
        await catalogue.append(whole);
        const before = await view('kept');
        await catalogue.restore('kept', whole);
        expect(await view('kept')).toEqual(before);
        const recorded = await catalogue.events('kept');
        await catalogue.restore('kept', recorded);
        expect(await view('kept')).toEqual(before);
      });

      it('takes the place of what could not be kept without its beginning, and keeps what came since', async () => {
        const merging = { jobId: 'half', stream: 'job', sequence: 9, event: example('MergingStarted', 9) };
        const chunks = logOf('half', [chunk(0), chunk(1)], 'chunks-0');
        await catalogue.append([...chunks, merging]);
        expect(refused.filter(({ event: { jobId } }) => jobId === 'half')).toHaveLength(1);
        await catalogue.restore('half', log('half').slice(0, 9));
        await catalogue.append([merging]);
        expect((await catalogue.events('half')).map(({ event: { type } }) => type)).toEqual([
          ...happyLog()
            .slice(0, 9)
            .map(({ type }) => type),
          'ChunkEncoded',
          'ChunkEncoded',
          'MergingStarted',
        ]);
        expect((await catalogue.job('half'))?.job).toMatchObject({ state: 'merging' });
      });

      it('gives the new state of a job that had ended', async () => {
        await catalogue.append(logOf('revised', [submission('', 1).event, example('JobCancelled')]));
        await catalogue.job('revised');
        await catalogue.restore('revised', logOf('revised', [submission('', 1).event, example('JobFailed')]));
        expect((await catalogue.job('revised'))?.job.state).toBe('failed');
      });
    });

    describe('of batches', () => {
      const batch = (batchId: string, fields: Partial<Batch> = {}): Batch => ({
        ...{ batchId, tenantId: 'default', submittedAt: 1, labels: [], jobs: 3 },
        ...fields,
      });
      const member = (batchId: string, jobId: string, events: readonly JobEvent[] = []): NewEvent[] =>
        logOf(jobId, [event('JobSubmitted', 1, { request: request(), batchId }), ...events]);

      it('adds each once and sums its jobs up', async () => {
        const kept = batch('b-1', {
          title: 'Nul \0',
          labels: ['night'],
          webhookUrl: 'https://hooks.example',
        });
        await catalogue.batches.add(kept);
        await catalogue.batches.add(batch('b-1', { jobs: 9 }));
        expect(await catalogue.batches.get('b-1')).toEqual({
          batch: { ...kept, title: 'Nul \ufffd' },
          tally: { counts: {}, percentOfUnended: 0 },
        });
        await catalogue.append([
          ...member('b-1', 'b-1-a', [example('JobCancelled')]),
          ...member('b-1', 'b-1-b', [example('JobFailed', 5)]),
          ...member('b-1', 'b-1-c', happyLog().slice(1, 10)),
          ...member('b-2', 'b-2-a'),
        ]);
        const { progress } = (await catalogue.list({ batchId: 'b-1', status: ['transcoding'], limit: 1 }))
          .jobs[0]!;
        expect(progress.percent).toBeGreaterThan(1);
        expect((await catalogue.batches.get('b-1'))?.tally).toEqual({
          counts: { cancelled: 1, failed: 1, transcoding: 1 },
          percentOfUnended: progress.percent,
        });
        expect(await catalogue.batches.failures('b-1', 5)).toEqual([
          { jobId: 'b-1-b', title: 'a walk', failure: EXAMPLES.JobFailed.failure },
        ]);
        expect(await catalogue.batches.failures('b-1', 0)).toEqual([]);
        expect(await catalogue.batches.ended(['b-1-a', 'b-1-c', 'nobody'])).toEqual(new Set(['b-1-a']));
        const begun = ['b-1', 'b-1-a', 'b-1-b', 'b-1-c', 'nobody'];
        expect(await catalogue.unended(begun)).toEqual(new Set(['b-1', 'b-1-c']));
        expect(await catalogue.unended([])).toEqual(new Set());
        expect(await catalogue.batches.get('nobody')).toBeUndefined();
      });

      it('marks cancellation and end once, and no cancellation after the end', async () => {
        await catalogue.batches.add(batch('b-3'));
        await catalogue.batches.add(batch('b-4'));
        await catalogue.batches.markCancelled('b-3', 5);
        await catalogue.batches.markCancelled('b-3', 6);
        expect(await catalogue.unended(['b-3', 'b-4'])).toEqual(new Set(['b-4']));
        for (const at of [7, 8]) {
          await catalogue.batches.markEnded('b-3', at, true);
          await catalogue.batches.markEnded('b-4', at, false);
        }
        await catalogue.batches.markCancelled('b-4', 9);
        expect((await catalogue.batches.get('b-3'))?.batch).toMatchObject({ cancelledAt: 5, endedAt: 7 });
        expect((await catalogue.batches.get('b-4'))?.batch).toEqual(batch('b-4', { endedAt: 7 }));
        expect(await catalogue.unended(['b-3', 'b-4'])).toEqual(new Set());
      });

      it('takes from the end whether a batch was cancelled, whatever was asked for before', async () => {
        await catalogue.batches.add(batch('b-5'));
        await catalogue.batches.add(batch('b-6'));
        await catalogue.batches.markCancelled('b-5', 5);
        await catalogue.batches.markEnded('b-5', 7, false);
        await catalogue.batches.markEnded('b-6', 7, true);
        expect((await catalogue.batches.get('b-5'))?.batch).toEqual(batch('b-5', { endedAt: 7 }));
        expect((await catalogue.batches.get('b-6'))?.batch).toMatchObject({ cancelledAt: 7, endedAt: 7 });
      });

      it('lists the newest first, in pages, also by label', async () => {
        for (const [index, id] of ['p-1', 'p-2', 'p-3'].entries())
          await catalogue.batches.add(
            batch(id, { submittedAt: 1000 + index, labels: index === 1 ? [] : ['p'] }),
          );
        const ids = async (filter: Omit<BatchFilter, 'tenantId'>, tenantId = 'default') => {
          const page = await catalogue.batches.list({ tenantId, ...filter });
          return { ids: page.batches.map((one) => one.batch.batchId), cursor: page.nextCursor };
        };
        const first = await ids({ limit: 2 });
        expect(first.ids).toEqual(['p-3', 'p-2']);
        expect((await ids({ limit: 1, cursor: first.cursor! })).ids).toEqual(['p-1']);
        expect(await ids({ label: 'p', limit: 2 })).toEqual({ ids: ['p-3', 'p-1'], cursor: undefined });
        await catalogue.batches.add(batch('p-4', { tenantId: 'other', labels: ['p'] }));
        expect((await ids({ label: 'p', limit: 2 }, 'other')).ids).toEqual(['p-4']);
        expect((await ids({ label: 'p', limit: 2 })).ids).toEqual(['p-3', 'p-1']);
        await expect(ids({ limit: 1, cursor: 'x' })).rejects.toBeInstanceOf(BadCursorError);
      });
    });

    it('gives an idempotency key to one job for good', async () => {
      const claims = await Promise.all(
        ['k1', 'k2', 'k3'].map((id) => catalogue.claimKey('key', id, `hash ${id}`)),
      );
      const winner = claims[0]!;
      expect(claims).toEqual([winner, winner, winner]);
      expect(winner.requestHash).toBe(`hash ${winner.jobId}`);
      expect(await catalogue.claimKey('another key', 'k4', 'h')).toEqual({ jobId: 'k4', requestHash: 'h' });
    });
  });
}
