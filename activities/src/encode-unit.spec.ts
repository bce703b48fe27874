import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttemptRecord,
  CodedError,
  CommitRecord,
  storeKeys,
  type LiveUnit,
  type UnitResult,
  type WorkerReport,
} from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import {
  createFolderStore,
  type EncodeEngine,
  type LocalRendition,
  type ObjectStore,
  openScratch,
  type ScratchSpace,
} from '@framefold/platform';
import { CancelledFailure } from '@temporalio/common';
import type { UnitRun } from './attempt.ts';
import { encodeUnit, type EncodeDeps, type EncodeUnit } from './encode-unit.ts';
import { noCopies } from './testing/no-copies.ts';
import { quietEnvironment } from './testing/quiet-environment.ts';

const UNIT = 'chunk-00003';

describe('encodeUnit', () => {
  let folder: string;
  let scratch: ScratchSpace;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-encode-'));
    scratch = await openScratch(join(folder, 'scratch'));
    store = createFolderStore(join(folder, 'store'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const unitOf = (encode: EncodeUnit['encode'], generation = 0): EncodeUnit => ({
    jobId: 'job',
    unit: UNIT,
    generation,
    frames: 50,
    limits: { maxCpuPercent: 50, maxMemoryMb: 100, maxDiskMb: 10, timeoutSec: 60 },
    timeoutSeconds: 60,
    scratchBytes: 1000,
    argv: (scratch) => ['encoder', scratch],
    encode,
  });

  const encode = (
    unit: EncodeUnit,
    environment = quietEnvironment({ attempt: 1 }),
    workerId = 'worker-a',
    ceilings: EncodeDeps['ceilings'] = { default: {}, live: {}, batch: {} },
  ): Promise<UnitResult> => {
    const engine = { build: 'fake-1' } as Partial<EncodeEngine> as EncodeEngine;
    return environment.run(() =>
      encodeUnit({ store, copies: noCopies, trust: 'all', ceilings, engine, scratch, workerId }, unit),
    );
  };

  const attempts = async (): Promise<AttemptRecord[]> => {
    const found: AttemptRecord[] = [];
    for await (const { key } of store.list(storeKeys.attemptsOf('job', UNIT))) {
      found.push(AttemptRecord.parse(JSON.parse(String(await store.get(key)))));
    }
    return found;
  };

  /** An attempt of a worker that told no more than its start. */
  const loseWorker = (
    attemptId: string,
    generation: number,
    fields: Partial<AttemptRecord> = {},
  ): Promise<void> => {
    const attempt: AttemptRecord = {
      jobId: 'job',
      unit: UNIT,
      generation,
      attemptId,
      temporalAttempt: 1,
      workerId: 'worker-lost',
      host: 'elsewhere',
      encoderBuild: 'fake-1',
      argv: [],
      startedAt: 1,
      activityId: quietEnvironment().context.info.activityId,
      ...fields,
    };
    return store.put(storeKeys.attempt('job', UNIT, attemptId), JSON.stringify(attempt));
  };

  const leftInScratch = (): Promise<string[]> => readdir(scratch.folder);

  it('commits what the encoder gave, under names that carry its hash', async () => {
    const result = await encode(unitOf(output('picture')));
    expect(result).toMatchObject({
      unit: UNIT,
      workerId: 'worker-a',
      frames: 50,
      mediaSeconds: 2,
      sizeBytes: 7,
    });
    const commit = CommitRecord.parse(JSON.parse(String(await store.get(storeKeys.commit('job', UNIT, 0)))));
    const segment = commit.renditions[0]?.segments[0];
    // By `printf picture | sha256sum`.
    expect(segment?.path).toBe('720p/segment00006-2cea274d0b.m4s');
    expect(segment).toMatchObject({
      index: 6,
      sizeBytes: 7,
      samples: 50,
      startTicks: 0,
      durationTicks: 180_000,
    });
    expect(String(await store.get(storeKeys.outputFile('job', segment?.path ?? '')))).toBe('picture');
    expect(String(await store.get(storeKeys.outputFile('job', '720p/init.mp4')))).toBe('init');
  });

  it('records the quality of a rendition that its ceiling made coarser', async () => {
    await encode(unitOf(async (run) => (await output('picture')(run)).map((one) => ({ ...one, crf: 41 }))));
    const commit = CommitRecord.parse(JSON.parse(String(await store.get(storeKeys.commit('job', UNIT, 0)))));
    expect(commit.renditions.map(({ crf }) => crf)).toEqual([41]);
  });

  it('returns the commit without encoding when there is one', async () => {
    const first = await encode(unitOf(output('picture')));
    const second = await encode(
      unitOf(() => Promise.reject(new Error('encoded again'))),
      quietEnvironment({ attempt: 2 }),
      'worker-b',
    );
    expect(second).toEqual(first);
    expect(await attempts()).toHaveLength(1);
  });

  it('encodes again for another generation', async () => {
    await encode(unitOf(output('picture')));
    const again = await encode(
      unitOf(output('picture', 'init of another encoder'), 1),
      quietEnvironment({ attempt: 1 }),
      'worker-b',
    );
    expect(again.workerId).toBe('worker-b');
    const initOf = async (path: string) =>
      String(await store.get(storeKeys.outputFile('job', `720p/${path}`)));
    expect([await initOf('init.mp4'), await initOf('init-g1.mp4')]).toEqual([
      'init',
      'init of another encoder',
    ]);
  });

  it('records the attempt before the encoder runs and its outcome after', async () => {
    let before: AttemptRecord[] = [];
    let place = '';
    const result = await encode(
      unitOf(async (run) => {
        before = await attempts();
        place = run.scratchFolder;
        return output('picture')(run);
      }),
      quietEnvironment({ attempt: 4 }),
    );
    expect(result.temporalAttempt).toBe(4);
    expect(before).toEqual([
      expect.objectContaining({
        unit: UNIT,
        generation: 0,
        temporalAttempt: 4,
        workerId: 'worker-a',
        encoderBuild: 'fake-1',
        argv: ['encoder', place],
      }),
    ]);
    expect(before[0]).not.toHaveProperty('outcome');
    expect(await attempts()).toEqual([
      { ...before[0], outcome: { endedAt: expect.any(Number) as number, result: 'committed' } },
    ]);
  });

  it('lets one of two runs at once commit, and gives both its result', async () => {
    const bothRun = barrier(2);
    const meet = unitOf(async (run) => {
      await bothRun();
      return output('picture')(run);
    });
    const results = await Promise.all([
      encode(meet, quietEnvironment({ attempt: 1 }), 'worker-a'),
      encode(meet, quietEnvironment({ attempt: 2 }), 'worker-b'),
    ]);
    expect(results[0]).toEqual(results[1]);
    const ends = new Map((await attempts()).map((attempt) => [attempt.workerId, attempt.outcome?.result]));
    expect([...ends.values()].sort()).toEqual(['committed', 'duplicate']);
    expect(ends.get(results[0].workerId)).toBe('committed');
    expect(await leftInScratch()).toEqual([]);
  });

  it("refuses an init segment that differs from the other units'", async () => {
    await encode({ ...unitOf(output('picture')), unit: 'chunk-00001' });
    await expect(encode(unitOf(output('picture', 'other init')))).rejects.toMatchObject({
      code: 'ENCODER_OUTPUT_INVALID',
    });
    expect(await store.head(storeKeys.commit('job', UNIT, 0))).toBeUndefined();
    expect(String(await store.get(storeKeys.outputFile('job', '720p/init.mp4')))).toBe('init');
  });

  it('records a coded fault with its evidence, and removes the scratch', async () => {
    const fault = new CodedError('ENCODER_CRASHED', 'It crashed.', { stderr: 'boom', exitCode: 139 });
    const crash = unitOf(async ({ scratchFolder }) => {
      await writeFile(join(scratchFolder, 'partial.mp4'), 'partial');
      throw fault;
    });
    await expect(encode(crash)).rejects.toBe(fault);
    expect((await attempts())[0]?.outcome).toMatchObject({
      result: 'failed',
      code: 'ENCODER_CRASHED',
      message: 'It crashed.',
      evidence: { stderr: 'boom', exitCode: 139 },
    });
    expect(await store.head(storeKeys.commit('job', UNIT, 0))).toBeUndefined();
    expect(await leftInScratch()).toEqual([]);
  });

  it('records an unexpected fault without a code', async () => {
    await expect(encode(unitOf(() => Promise.reject(new TypeError('odd'))))).rejects.toThrow('odd');
    const outcome = (await attempts())[0]?.outcome;
    expect(outcome).toMatchObject({ result: 'failed', message: 'odd' });
    expect(outcome).not.toHaveProperty('code');
  });

  it('removes the scratch after success', async () => {
    let place = '';
    let existed = false;
    await encode(
      unitOf((run) => {
        place = run.scratchFolder;
        existed = existsSync(place);
        return output('picture')(run);
      }),
    );
    expect(existed).toBe(true);
    expect(existsSync(place)).toBe(false);
  });

  it('records a cancel, commits nothing and removes the scratch', async () => {
    const environment = quietEnvironment({ attempt: 1 });
    const cancelled = unitOf(async (run) => {
      await writeFile(join(run.scratchFolder, 'partial.mp4'), 'partial');
      environment.cancel('CANCELLED');
      run.signal.throwIfAborted();
      return output('picture')(run);
    });
    await expect(encode(cancelled, environment)).rejects.toBeInstanceOf(CancelledFailure);
    expect((await attempts())[0]?.outcome).toEqual({
      endedAt: expect.any(Number) as number,
      result: 'cancelled',
    });
    expect(await store.head(storeKeys.commit('job', UNIT, 0))).toBeUndefined();
    expect(await leftInScratch()).toEqual([]);
  });

  it('commits nothing when the cancel comes as the encoder ends', async () => {
    const environment = quietEnvironment({ attempt: 1 });
    const late = unitOf((run) => {
      environment.cancel('CANCELLED');
      return output('picture')(run);
    });
    await expect(encode(late, environment)).rejects.toBeInstanceOf(CancelledFailure);
    expect(await store.head(storeKeys.commit('job', UNIT, 0))).toBeUndefined();
    expect(await store.head(storeKeys.outputFile('job', '720p/init.mp4'))).toBeUndefined();
  });

  describe('when earlier attempts told no end', () => {
    it('gives up after three of them, without encoding', async () => {
      for (const attemptId of ['a', 'b', 'c']) await loseWorker(attemptId, 0);
      const unit = unitOf(() => Promise.reject(new Error('encoded')));
      await expect(encode(unit)).rejects.toMatchObject({ code: 'WORKER_LOST' });
      expect(await attempts()).toHaveLength(3);
    });

    it('goes on after two', async () => {
      for (const attemptId of ['a', 'b']) await loseWorker(attemptId, 0);
      expect((await encode(unitOf(output('picture')))).workerId).toBe('worker-a');
    });

    it('does not count those of an earlier scheduling: that fault is counted already', async () => {
      for (const attemptId of ['a', 'b', 'c']) await loseWorker(attemptId, 0, { activityId: 'earlier' });
      expect((await encode(unitOf(output('picture')))).workerId).toBe('worker-a');
    });

    it('does not count those of another generation', async () => {
      for (const attemptId of ['a', 'b', 'c']) await loseWorker(attemptId, 0);
      expect((await encode(unitOf(output('picture'), 1))).workerId).toBe('worker-a');
    });

    it('does not count those that told their end', async () => {
      const crash = unitOf(() => Promise.reject(new CodedError('ENCODER_CRASHED', 'It crashed.')));
      for (let attempt = 1; attempt <= 3; attempt++) {
        await expect(encode(crash)).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
      }
      expect((await encode(unitOf(output('picture')))).unit).toBe(UNIT);
    });
  });

  describe('when the encoder broke on it here', () => {
    const crash = unitOf(() => Promise.reject(new CodedError('ENCODER_CRASHED', 'It crashed.')));
    const report = (id: string, fields: Partial<WorkerReport> = {}): Promise<void> =>
      store.put(
        storeKeys.worker(id),
        JSON.stringify(workerReport({ id, queues: [QUEUE], lastHeartbeat: Date.now(), ...fields })),
      );
    const QUEUE = 'framefold-encode-cpu';
    const here = () => quietEnvironment({ attempt: 1, taskQueue: QUEUE });
    beforeEach(() => expect(encode(crash, here())).rejects.toMatchObject({ code: 'ENCODER_CRASHED' }));

    it('leaves it to another worker that takes work', async () => {
      await report('worker-b');
      await expect(encode(unitOf(output('picture')), here())).rejects.toMatchObject({ code: 'WORKER_BUSY' });
      expect((await encode(unitOf(output('picture')), here(), 'worker-b')).workerId).toBe('worker-b');
    });

    it.each([
      ['is this one', 'worker-a', {}],
      ['is silent', 'worker-b', { lastHeartbeat: Date.now() - 60_000 }],
      ['is in quarantine', 'worker-b', { status: 'quarantined' as const }],
      ['drains', 'worker-b', { status: 'draining' as const }],
      ['serves another queue', 'worker-b', { queues: ['framefold-media'] }],
    ])('tries again itself when the only worker %s', async (_, id, fields) => {
      await report(id, fields);
      expect((await encode(unitOf(output('picture')), here())).workerId).toBe('worker-a');
    });

    it('tries again itself when no other worker has the hardware encoder', async () => {
      const works = (name: string) => ({ proved: [{ name, device: 'gpu-0', works: true }] });
      await report('worker-a', works('h264_nvenc'));
      await report('worker-b', works('h264_vaapi'));
      const hardware = { ...unitOf(output('picture')), hardwareEncoder: 'h264_nvenc' };
      await expect(encode(hardware, here(), 'worker-b')).rejects.toMatchObject({ code: 'WORKER_BUSY' });
      expect((await encode(hardware, here())).workerId).toBe('worker-a');
    });

    it('tries again itself when the encoder broke on all others, too', async () => {
      await report('worker-b');
      await expect(encode(crash, here(), 'worker-b')).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
      expect((await encode(unitOf(output('picture')), here())).workerId).toBe('worker-a');
    });
  });

  it('gives an encoder no more than its own operator grants', async () => {
    let given: UnitRun | undefined;
    const unit = unitOf((run) => {
      given = run;
      return output('picture')(run);
    });
    const ceilings = { default: { maxMemoryMb: 32 }, live: { maxMemoryMb: 16 }, batch: { maxMemoryMb: 8 } };
    const encodeOn = (taskQueue: string, name: string) =>
      encode({ ...unit, unit: name }, quietEnvironment({ taskQueue }), 'worker-a', ceilings);
    await encodeOn('framefold-encode-cpu', 'chunk-00001');
    // Default and batch jobs share a queue.
    expect(given?.limits.memoryBytes).toBe(32 * 1024 ** 2);
    await encodeOn('framefold-encode-cpu-live', 'chunk-00002');
    expect(given?.limits.memoryBytes).toBe(16 * 1024 ** 2);
  });

  it('gives the encoder its limits and records what it used, all runs together', async () => {
    let given: Partial<UnitRun> = {};
    const result = await encode(
      unitOf((run) => {
        given = run;
        run.onUsage({ cpuSeconds: 2, peakMemoryBytes: 3_000_000, peakDiskBytes: 5 });
        run.onUsage({ cpuSeconds: 1, peakMemoryBytes: 7_000_000, peakDiskBytes: 4 });
        run.onFetched(40);
        run.onFetched(2);
        return output('picture')(run);
      }),
    );
    expect(given).toMatchObject({
      limits: { cpuPercent: 50, memoryBytes: 100 * 1024 ** 2, diskBytes: 10 * 1024 ** 2 },
      timeoutSeconds: 60,
    });
    expect(result).toMatchObject({ cpuSeconds: 3, peakMemoryBytes: 7_000_000, fetchedBytes: 42 });
    expect((await attempts())[0]).toMatchObject({
      limits: { maxCpuPercent: 50 },
      outcome: { usage: { cpuSeconds: 3, peakMemoryBytes: 7_000_000, peakDiskBytes: 5 }, fetchedBytes: 42 },
    });
  });

  it('holds room on the disk while it works, but no more than its limit', async () => {
    let reserved = 0;
    await encode({
      ...unitOf(async (run) => {
        reserved = (await scratch.state()).reservedBytes;
        return output('picture')(run);
      }),
      scratchBytes: 1e15,
    });
    expect(reserved).toBe(10 * 1024 ** 2);
    expect((await scratch.state()).reservedBytes).toBe(0);
  });

  it('tells with its heartbeats how far it is', async () => {
    const environment = quietEnvironment({ attempt: 2 });
    const beats: LiveUnit[] = [];
    const reported = new Promise<void>((resolve) => {
      environment.on('heartbeat', (beat: LiveUnit) => {
        beats.push(beat);
        if (beat.framesDone > 0) resolve();
      });
    });
    const slow = unitOf(async (run) => {
      run.onProgress({ framesDone: 12, speed: 1.5 });
      await reported;
      return output('picture')(run);
    });
    await encode(slow, environment);
    const start = { unit: UNIT, workerId: 'worker-a', temporalAttempt: 2, framesDone: 0, speed: 0 };
    expect(beats[0]).toEqual(start);
    expect(beats.at(-1)).toEqual({ ...start, framesDone: 12, speed: 1.5 });
  });
});

/** An encoder that gives one rendition of one segment. */
function output(media: string, init = 'init'): EncodeUnit['encode'] {
  return async ({ scratchFolder }: UnitRun): Promise<LocalRendition[]> => {
    const initFile = join(scratchFolder, 'init.mp4');
    const file = join(scratchFolder, '6.m4s');
    await writeFile(initFile, init);
    await writeFile(file, media);
    const segment = { index: 6, file, samples: 50, startTicks: 0, durationTicks: 180_000 };
    return [{ name: '720p', timescale: 90_000, initFile, segments: [segment] }];
  };
}

/** Holds callers until `count` of them have come. */
function barrier(count: number): () => Promise<void> {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let came = 0;
  return () => {
    if (++came === count) open();
    return opened;
  };
}
