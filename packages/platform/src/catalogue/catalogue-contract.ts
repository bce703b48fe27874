import {
  foldAll,
  type JobEvent,
  type JobEventType,
  type NewEvent,
  type TranscodeRequest,
} from '@framefold/domain';
import { event, EXAMPLES, example, happyLog, request } from '@framefold/domain/testing';
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
export function describeCatalogue(
  name: string,
  open: () => Promise<CatalogueUnderTest>,
  openTimeoutMs = 5_000,
): void {
  describe(`${name} as a catalogue`, () => {
    let catalogue: Catalogue;
    let refused: readonly RefusedEvent[];
    beforeAll(async () => {
      ({ catalogue, refused } = await open());
    }, openTimeoutMs);
    afterAll(() => catalogue.close());

    it('keeps a log in order and folds it', async () => {
      await catalogue.append(logOf('happy', happyLog()));
      const log = await catalogue.events('happy');
      expect(log.map((recorded) => recorded.event)).toEqual(happyLog());
      expect(log.map(({ position }) => position)).toEqual(happyLog().map((_, index) => index));
      expect(await catalogue.events('happy', 3)).toEqual(log.slice(4));
      expect(await catalogue.job('happy')).toEqual({ jobId: 'happy', job: foldAll(happyLog()), live: [] });
    });

    it('folds the same whether events come at once or one by one', async () => {
      for (const one of logOf('piecemeal', happyLog())) await catalogue.append([one]);
      expect((await catalogue.job('piecemeal'))?.job).toEqual(foldAll(happyLog()));
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
      expect((await catalogue.list({ limit: 500 })).jobs.map(({ jobId }) => jobId)).not.toContain('early');
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
      const pages = [first, second, third].map(({ jobs }) => jobs.map(({ jobId }) => jobId));
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
        (await catalogue.list({ userId: 'filter', limit: 9, ...filter })).jobs.map(({ jobId }) => jobId);
      expect(await ids({})).toEqual(['filter-2', 'filter-1']);
      expect(await ids({ label: 'a "quoted" one' })).toEqual(['filter-1']);
      expect(await ids({ status: ['probing', 'failed'] })).toEqual(['filter-2']);
      expect(await ids({ status: ['pending'], label: 'night' })).toEqual([]);
      expect(await catalogue.idsInState('probing')).toContain('filter-2');
      expect(await catalogue.idsInState('probing')).not.toContain('filter-1');
    });

    it.each(['', 'x', 'bm90IG9uZQ', 'MSAA', "1' or 1=1"])('does not take %j for a cursor', async (cursor) => {
      await expect(catalogue.list({ limit: 1, cursor })).rejects.toBeInstanceOf(BadCursorError);
    });

    it('takes names with characters that no database keeps', async () => {
      const userId = 'nul \0 half \ud83d';
      await catalogue.append([
        submission('odd', 1, { userId, title: '\udead\0 🎬 \\u0000', labels: ['\0'] }),
      ]);
      expect((await catalogue.job('odd'))?.job.request).toMatchObject({
        title: '\ufffd\ufffd 🎬 \\u0000',
        labels: ['\ufffd'],
      });
      const found = await catalogue.list({ userId, label: '\0', limit: 5 });
      expect(found.jobs.map(({ jobId }) => jobId)).toEqual(['odd']);
    });

    it('replaces what encoders reported, and leaves it alone when events come', async () => {
      const unit = { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 7, speed: 1.5 };
      await catalogue.append([submission('live', 1)]);
      await catalogue.setLive('live', [unit, { ...unit, unit: 'chunk-00001' }]);
      await catalogue.setLive('live', [unit]);
      await catalogue.append(logOf('live', [example('ProbingStarted')], 'job', 1));
      expect((await catalogue.job('live'))?.live).toEqual([unit]);
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
