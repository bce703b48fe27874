import type { JobEvent } from './events.ts';
import { EMPTY_FOLD, foldAll } from './fold.ts';
import { JobView, toSummary, toView } from './job-view.ts';
import type { LiveUnit } from './live.ts';
import { event, example, EXAMPLES, frozenPlan, happyLog } from './testing/builders.ts';

const live = (unit: string, fields: Partial<LiveUnit> = {}): LiveUnit => ({
  unit,
  workerId: 'worker-b',
  temporalAttempt: 2,
  framesDone: 72,
  speed: 1.5,
  ...fields,
});

const log = happyLog();
const indexOf = (type: JobEvent['type']): number => log.findIndex((one) => one.type === type);

/** The log up to and with the `count`-th finished chunk. */
const encoding = (count: number): JobEvent[] => log.slice(0, indexOf('TranscodingStarted') + 1 + count);
const NOW = 1_100_000;

describe('toView', () => {
  it.each(log.map((last, index) => [index, last.type] as const))(
    'shows a valid view after event %i, %s',
    (index) => {
      const view = toView(
        'j1',
        foldAll(log.slice(0, index + 1)),
        [live('chunk-00000'), live('audio-eng')],
        NOW,
      );
      expect(JobView.parse(view)).toEqual(view);
      expect(view.progress.completed + view.progress.running).toBeLessThanOrEqual(view.progress.total);
    },
  );

  it('refuses a log that does not begin with JobSubmitted', () => {
    expect(() => toView('j1', EMPTY_FOLD, [], NOW)).toThrow('JobSubmitted');
  });

  it('expands chunks into segments of every rendition', () => {
    const plan = {
      ...frozenPlan(2),
      chunks: [
        { frames: 288, segments: 2 },
        { frames: 144, segments: 1 },
      ],
      segments: 3,
      frames: 432,
    };
    const events = [
      ...log.slice(0, indexOf('PlanFrozen')),
      event('PlanFrozen', 1, plan),
      ...encoding(2).slice(-1),
    ];
    const view = toView('j1', foldAll(events), [live('chunk-00001')], NOW);
    expect(view.segments.map(({ index, rendition, status }) => `${index} ${rendition} ${status}`)).toEqual([
      '0 720p completed',
      '0 480p completed',
      '1 720p completed',
      '1 480p completed',
      '2 720p processing',
      '2 480p processing',
    ]);
    expect(view.progress).toMatchObject({ total: 7, completed: 4, running: 2, failed: 0 });
  });

  it('lays live reports over what the log says', () => {
    const job = foldAll(encoding(1));
    const view = toView('j1', job, [live('chunk-00000'), live('chunk-00002', { framesDone: 1 })], NOW);
    const of = (index: number) => view.segments.find((segment) => segment.index === index);
    expect(of(0)).toMatchObject({ status: 'processing', worker: 'worker-b', retryCount: 1, speed: 1.5 });
    // A late report of a chunk that has ended changes nothing.
    expect(of(2)).toMatchObject({ status: 'completed', worker: 'worker-a', retryCount: 0, speed: 3 });
    expect(of(4)).toEqual({ index: 4, rendition: '720p', status: 'pending', retryCount: 0 });
    expect(view.renditions.find(({ name }) => name === '720p')).toMatchObject({
      status: 'processing',
      percent: 30,
    });
  });

  it('says what was fetched for a chunk, where anything was', () => {
    const { result } = EXAMPLES.ChunkEncoded;
    const fetched = { ...EXAMPLES.ChunkEncoded, result: { ...result, fetchedBytes: 900 } };
    const view = toView('j1', foldAll([event('ChunkEncoded', 1, fetched)], foldAll(encoding(0))), [], NOW);
    expect(view.segments.map(({ fetchedBytes }) => fetchedBytes).slice(0, 4)).toEqual([
      900,
      900,
      undefined,
      undefined,
    ]);
  });

  it('shows renditions that are encoded by themselves, each as far as it is', () => {
    const encoded = { ...EXAMPLES.ChunkEncoded, rendition: '480p' };
    const job = foldAll([event('ChunkEncoded', 1, encoded)], foldAll(encoding(0)));
    const view = toView('j1', job, [live('chunk-00000@720p'), live('chunk-00001@480p')], NOW);
    expect(
      view.segments.slice(0, 4).map(({ index, rendition, status }) => [index, rendition, status]),
    ).toEqual([
      [0, '720p', 'processing'],
      [0, '480p', 'completed'],
      [1, '720p', 'pending'],
      [1, '480p', 'processing'],
    ]);
    expect(view.renditions.map(({ name, percent }) => [name, percent]).slice(0, 2)).toEqual([
      ['720p', 10],
      ['480p', 30],
    ]);
  });

  it('shows renditions as they are merged', () => {
    const merging = toView('j1', foldAll(log.slice(0, indexOf('RenditionMerged') + 1)), [], NOW);
    expect(merging.renditions.map(({ name, status }) => [name, status])).toEqual([
      ['720p', 'merged'],
      ['480p', 'completed'],
      ['audio-eng', 'completed'],
    ]);
  });

  it('ends each phase with the start of the next, even within a millisecond', () => {
    const view = toView(
      'j1',
      foldAll([example('JobSubmitted', 5), example('ProbingStarted', 5), example('SplittingStarted', 9)]),
      [],
      NOW,
    );
    expect(view.phases).toEqual([
      { state: 'pending', startedAt: 5, endedAt: 5 },
      { state: 'probing', startedAt: 5, endedAt: 9 },
      { state: 'splitting', startedAt: 9 },
    ]);
  });

  it('tells when a job started and ended', () => {
    const view = toView('j1', foldAll(log), [], NOW);
    expect(view).toMatchObject({
      status: 'completed',
      createdAt: 1_000_000,
      startedAt: 1_001_000,
      title: 'A walk',
    });
    expect(view.completedAt).toBe(log.at(-1)?.at);
    expect(view.progress).toEqual({ total: 11, completed: 11, failed: 0, running: 0, percent: 100 });
    expect(view.phases.every((phase) => phase.endedAt !== undefined)).toBe(true);
  });

  it.each(['JobFailed', 'JobCancelled'] as const)(
    'carries no estimate and nothing running after %s',
    (type) => {
      const view = toView(
        'j1',
        foldAll([...encoding(2), example(type, NOW)]),
        [live('chunk-00000')],
        NOW + 1,
      );
      expect(view.progress).toEqual({ total: 11, completed: 4, failed: 0, running: 0, percent: 39.8 });
      expect(view).not.toHaveProperty('waitingFor');
      expect(view.completedAt).toBe(NOW);
      expect(view.error === undefined).toBe(type === 'JobCancelled');
    },
  );

  it.each([
    ['a media worker to take the job', log.slice(0, 1), undefined],
    // Nobody has looked yet.
    [undefined, log.slice(0, 2), undefined],
    ['a media worker with a free slot', log.slice(0, 2), []],
    [undefined, log.slice(0, 2), [live('ingestSource')]],
    ['an encode worker with a free slot', encoding(0), []],
    [undefined, encoding(0), undefined],
    [undefined, encoding(0), [live('chunk-00000')]],
    // Its workers are gone, or have more urgent things to do.
    ['an encode worker with a free slot', encoding(1), []],
    // Sound is left.
    ['a media worker with a free slot', encoding(5), []],
    ['a media worker with a free slot', [...encoding(5), example('MergingStarted', NOW)], []],
    ['somebody to resume it', [...encoding(1), example('JobPaused', NOW)], [live('chunk-00001')]],
  ])('says that it waits for %s', (waitingFor, events, units) => {
    expect(toView('j1', foldAll(events), units, NOW).waitingFor).toBe(waitingFor);
  });

  it('needs no encode worker for sound alone', () => {
    const plan = event('PlanFrozen', NOW, { ...frozenPlan(), renditions: [], frames: 0 });
    const events = [...log.slice(0, indexOf('PlanFrozen')), plan, example('TranscodingStarted', NOW)];
    expect(toView('j1', foldAll(events), [], NOW).waitingFor).toContain('media worker');
  });
});

describe('toSummary', () => {
  it('leaves the long lists out', () => {
    const view = toView('j1', foldAll(log), [], NOW);
    const { segments, renditions, sourceMeta, appendedSources, phases, ...rest } = view;
    expect(
      [segments, renditions, sourceMeta, appendedSources, phases].every((part) => part !== undefined),
    ).toBe(true);
    expect(toSummary(view)).toEqual(rest);
  });
});
