import fc from 'fast-check';
import { EVENT_PAYLOADS, JobEvent, type JobEventType } from './events.ts';
import { chunkResult, EMPTY_FOLD, fold, foldAll, IllegalTransitionError, type JobFold } from './fold.ts';
import { canTransition, JOB_STATES, type JobState } from './job-state.ts';
import { chunkUnit } from './store-keys.ts';
import { event, example, EXAMPLES, frozenPlan, happyLog, request, unitResult } from './testing/builders.ts';

const TYPES = Object.keys(EVENT_PAYLOADS) as JobEventType[];

/** The events that move a job, and where to. */
const MOVES: Partial<Record<JobEventType, JobState>> = {
  ProbingStarted: 'probing',
  SplittingStarted: 'splitting',
  TranscodingStarted: 'transcoding',
  MergingStarted: 'merging',
  JobCompleted: 'completed',
  JobFailed: 'failed',
  JobCancelled: 'cancelled',
};

const jobIn = (state: JobState): JobFold => ({ ...EMPTY_FOLD, state, request: request(), createdAt: 1 });

describe('fold', () => {
  it('takes a job all the way', () => {
    const job = foldAll(happyLog());
    expect(job).toMatchObject({
      state: 'completed',
      createdAt: 1_000_000,
      output: EXAMPLES.JobCompleted.output,
    });
    expect(Object.keys(job.chunks)).toHaveLength(5);
    expect(job.audio).toEqual({ 'audio-eng': EXAMPLES.AudioEncoded.result });
    expect(job.measured.map((rendition) => rendition.name)).toEqual(['720p', '480p']);
    expect(Object.keys(job.enteredAt)).toEqual([
      'pending',
      'probing',
      'splitting',
      'transcoding',
      'merging',
      'completed',
    ]);
  });

  const CHANGES: Record<JobEventType, Partial<JobFold>> = {
    JobSubmitted: {
      request: EXAMPLES.JobSubmitted.request,
      tenantId: 'default',
      batchId: EXAMPLES.JobSubmitted.batchId ?? '',
      createdAt: 7,
      runs: 1,
      enteredAt: { pending: 7 },
    },
    ProbingStarted: { state: 'probing', enteredAt: { probing: 7 } },
    SourceIngested: { sourceUri: EXAMPLES.SourceIngested.uri },
    SourceProbed: EXAMPLES.SourceProbed,
    SplittingStarted: { state: 'splitting', enteredAt: { splitting: 7 } },
    PlanFrozen: { plan: EXAMPLES.PlanFrozen },
    SourceSplit: {},
    TranscodingStarted: { state: 'transcoding', enteredAt: { transcoding: 7 } },
    ChunkEncoded: { chunks: { 0: EXAMPLES.ChunkEncoded.result } },
    AudioEncoded: { audio: { 'audio-eng': EXAMPLES.AudioEncoded.result } },
    RenditionRestarted: { renditionChunks: { '480p': {} }, generations: { '480p': 1 } },
    MergingStarted: { state: 'merging', enteredAt: { merging: 7 } },
    RenditionMerged: { measured: [EXAMPLES.RenditionMerged.rendition] },
    WarningRaised: { warnings: [EXAMPLES.WarningRaised.warning] },
    JobPaused: { paused: true },
    JobResumed: { paused: false },
    PriorityChanged: { priority: 2 },
    JobCompleted: { state: 'completed', enteredAt: { completed: 7 }, output: EXAMPLES.JobCompleted.output },
    JobFailed: { state: 'failed', enteredAt: { failed: 7 }, failure: EXAMPLES.JobFailed.failure },
    JobCancelled: {
      state: 'cancelled',
      enteredAt: { cancelled: 7 },
      cancelReason: EXAMPLES.JobCancelled.reason,
    },
  };

  it.each(TYPES)('%s changes what it says and nothing else', (type) => {
    const moved = MOVES[type];
    const from =
      moved === undefined
        ? 'pending'
        : (JOB_STATES.find((state) => canTransition(state, moved)) ?? 'pending');
    const before: JobFold = { ...EMPTY_FOLD, state: from };
    expect(fold(before, example(type, 7))).toEqual({ ...before, ...CHANGES[type] });
  });

  it('leaves the fold it was given as it was', () => {
    const before = Object.freeze({ ...EMPTY_FOLD, chunks: Object.freeze({}), audio: Object.freeze({}) });
    fold(before, example('ChunkEncoded'));
    fold(before, example('AudioEncoded'));
    foldAll(happyLog(), before);
    expect(before).toEqual(EMPTY_FOLD);
  });

  const moves = Object.entries(MOVES).flatMap(([type, to]) =>
    JOB_STATES.map((from) => ({ type: type as JobEventType, from, to, legal: canTransition(from, to) })),
  );

  it.each(moves.filter((move) => move.legal))('$type is legal when $from', ({ type, from, to }) => {
    expect(fold(jobIn(from), example(type)).state).toBe(to);
  });

  it.each(moves.filter((move) => !move.legal))('$type is illegal when $from', ({ type, from, to }) => {
    expect(() => fold(jobIn(from), example(type))).toThrow(new IllegalTransitionError(from, to));
  });

  it('starts over when a failed job is submitted again', () => {
    const failed = foldAll([
      example('JobSubmitted', 1),
      example('ProbingStarted', 2),
      example('JobFailed', 3),
    ]);
    expect(fold(failed, example('JobSubmitted', 4))).toEqual({
      ...fold(EMPTY_FOLD, example('JobSubmitted', 1)),
      runs: 2,
      enteredAt: { pending: 4 },
    });
  });

  it('keeps what was decided about a job that is submitted again', () => {
    const steered = foldAll([
      example('JobSubmitted', 1),
      example('PriorityChanged', 2),
      example('RenditionRestarted', 3),
      event('RenditionRestarted', 4, { rendition: '720p', generation: 2, encoder: 'libx264' }),
      example('JobFailed', 5),
    ]);
    const again = fold(steered, example('JobSubmitted', 6));
    expect(again).toMatchObject({ priority: 2, generations: { '480p': 1, '720p': 2 } });
    expect(again).not.toHaveProperty('renditionChunks');
  });

  it.each(JOB_STATES.filter((state) => state !== 'failed'))(
    'refuses a second submission of a job that is %s',
    (from) => {
      expect(() => fold(jobIn(from), example('JobSubmitted'))).toThrow(IllegalTransitionError);
    },
  );
});

describe('a job whose renditions are encoded by themselves', () => {
  const encoded = (rendition: string, chunkIndex: number): JobEvent =>
    event('ChunkEncoded', chunkIndex, {
      chunkIndex,
      rendition,
      result: unitResult(chunkUnit(chunkIndex, rendition)),
    });
  const units = (job: JobFold): (string | undefined)[] =>
    ['720p', '480p'].flatMap((rendition) =>
      [0, 1].map((chunkIndex) => chunkResult(job, chunkIndex, rendition)?.unit),
    );
  const log = [
    event('PlanFrozen', 0, frozenPlan()),
    ...[encoded('720p', 0), encoded('480p', 0), encoded('480p', 1)],
  ];

  it('keeps the results of each', () => {
    expect(units(foldAll(log))).toEqual([
      'chunk-00000@720p',
      undefined,
      'chunk-00000@480p',
      'chunk-00001@480p',
    ]);
  });

  it('forgets the results of one that is restarted, and says by what it is encoded then', () => {
    const before = foldAll(log.map((one) => Object.freeze(one)));
    const after = foldAll([example('RenditionRestarted'), encoded('480p', 1)], before);
    expect(units(after)).toEqual(['chunk-00000@720p', undefined, undefined, 'chunk-00001@480p']);
    expect(units(before)).toEqual(units(foldAll(log)));
    const restarted = frozenPlan().renditions.map(({ name }) => (name === '480p' ? 'libx264' : 'h264_nvenc'));
    const renditions = frozenPlan().renditions.map((one) => ({ ...one, encoder: 'h264_nvenc' }));
    const job = foldAll([
      event('PlanFrozen', 0, { ...frozenPlan(), renditions }),
      example('RenditionRestarted'),
    ]);
    expect(job.plan?.renditions.map(({ encoder }) => encoder)).toEqual(restarted);
  });

  it('finds no result under a name that every object has', () => {
    expect(chunkResult(foldAll(log), 0, 'constructor')).toBeUndefined();
    expect(chunkResult(foldAll([encoded('constructor', 0)]), 0, 'constructor')?.frames).toBe(144);
  });

  it('takes a result of all renditions together for each', () => {
    const job = foldAll([example('ChunkEncoded')]);
    expect(chunkResult(job, 0, '480p')).toEqual(EXAMPLES.ChunkEncoded.result);
  });

  it('takes none of all together for one that is restarted', () => {
    const job = foldAll([example('RenditionRestarted'), example('ChunkEncoded')]);
    expect(chunkResult(job, 0, '720p')).toEqual(EXAMPLES.ChunkEncoded.result);
    expect(chunkResult(job, 0, '480p')).toBeUndefined();
    expect(chunkResult(fold(job, encoded('480p', 0)), 0, '480p')?.frames).toBe(144);
  });
});

/** A log as a job may have: moves by the table, and any facts between them. */
const legalLog = fc
  .array(fc.tuple(fc.nat({ max: 99 }), fc.array(fc.nat({ max: 99 }), { maxLength: 3 })), { maxLength: 12 })
  .map((choices) => {
    const facts = TYPES.filter((type) => MOVES[type] === undefined && type !== 'JobSubmitted');
    const log: JobEvent[] = [example('JobSubmitted', 0)];
    let state: JobState = 'pending';
    for (const [move, between] of choices) {
      for (const fact of between) {
        const type = facts[fact % facts.length] ?? 'SourceSplit';
        const index = fact % 7;
        log.push(
          type === 'ChunkEncoded'
            ? event(type, log.length, {
                chunkIndex: index,
                result: unitResult(`chunk-0000${index}`, { frames: fact }),
                ...(fact % 3 === 0 ? { rendition: fact % 2 === 0 ? '720p' : '480p' } : {}),
              })
            : example(type, log.length),
        );
      }
      const from: JobState = state;
      const next: JobEventType[] = (Object.keys(MOVES) as JobEventType[]).filter((type) =>
        canTransition(from, MOVES[type] ?? from),
      );
      const type: JobEventType | undefined =
        state === 'failed' ? 'JobSubmitted' : next[move % Math.max(1, next.length)];
      if (type === undefined) break;
      log.push(example(type, log.length));
      state = MOVES[type] ?? 'pending';
    }
    return log;
  });

describe('foldAll', () => {
  it('takes every legal log, and gives what fold gives event by event', () => {
    fc.assert(
      fc.property(legalLog, (log) => {
        expect(foldAll(log)).toEqual(log.reduce(fold, EMPTY_FOLD));
      }),
    );
  });

  it('gives the same in two parts as in one', () => {
    fc.assert(
      fc.property(legalLog, fc.nat(), (log, cut) => {
        const at = cut % (log.length + 1);
        expect(foldAll(log.slice(at), foldAll(log.slice(0, at)))).toEqual(foldAll(log));
      }),
    );
  });

  it('never lets two jobs share what they hold', () => {
    const one = foldAll([example('JobSubmitted'), example('ChunkEncoded')]);
    expect(foldAll([example('JobSubmitted')]).chunks).toEqual({});
    expect(EMPTY_FOLD.chunks).toEqual({});
    expect(Object.keys(one.chunks)).toEqual(['0']);
  });

  it('folds the log of the largest job', () => {
    const log = Array.from({ length: 20_000 }, (_, chunkIndex) =>
      event('ChunkEncoded', chunkIndex, { chunkIndex, result: unitResult(`chunk-${chunkIndex}`) }),
    );
    expect(Object.keys(foldAll(log).chunks)).toHaveLength(20_000);
  });
});

describe('JobEvent', () => {
  it.each(TYPES)('accepts the example of %s unchanged', (type) => {
    expect(JobEvent.parse(example(type, 5))).toEqual(example(type, 5));
  });

  it('refuses an event of no known type', () => {
    expect(JobEvent.safeParse({ type: 'JobForgotten', at: 1, data: {} }).success).toBe(false);
  });
});
