import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys, type ProvedEncoder, type WorkerReport } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import { Gate } from '@framefold/runtime';
import { createLogger } from '@framefold/telemetry';
import { diskCheck, encoderCheck, storeCheck, untilReady } from './readiness.ts';

const logger = createLogger({ level: 'error', name: 'test', destination: { write: () => undefined } });

describe('readiness', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-ready-'));
    store = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('of the store', () => {
    it('is there when it gives back what was written, and nothing stays', async () => {
      expect(await storeCheck(store, 'w', logger)()).toBeUndefined();
      expect(await store.head(storeKeys.health('w'))).toBeUndefined();
    });

    it('is not there when it gives back something else', async () => {
      const lying: ObjectStore = Object.create(store, {
        put: { value: (key: string, body: string) => store.put(key, body) },
        get: { value: async () => Buffer.from('other') },
        head: { value: (key: string) => store.head(key) },
        delete: { value: (key: string) => store.delete(key) },
      }) as ObjectStore;
      expect(await storeCheck(lying, 'w', logger)()).toContain('does not give back');
    });

    it('is not there when its clock is another', async () => {
      const late: ObjectStore = Object.create(store, {
        put: {
          value: async (key: string, body: string) => {
            await store.put(key, body);
            const hourAgo = Date.now() / 1000 - 3600;
            await utimes(join(folder, key), hourAgo, hourAgo);
          },
        },
        get: { value: (key: string) => store.get(key) },
        head: { value: (key: string) => store.head(key) },
        delete: { value: (key: string) => store.delete(key) },
      }) as ObjectStore;
      expect(await storeCheck(late, 'w', logger)()).toMatch(/the clock is 3600 s off/);
    });
  });

  it('is not there on a full disk', async () => {
    const disk = (freeBytes: number) =>
      diskCheck({ state: async () => ({ freeBytes, totalBytes: 100, reservedBytes: 0 }) })();
    expect(await disk(4)).toContain('5 %');
    expect(await disk(6)).toBeUndefined();
  });

  describe('of an encoder', () => {
    const check = (proof: Partial<ProvedEncoder>, others: readonly WorkerReport[] = [], build = 'ffmpeg-9') =>
      encoderCheck({
        reports: async () => others,
        workerId: 'own',
        build,
        prove: async () => ({ name: 'libx264', device: 'cpu', works: true, ...proof }),
      })();
    const serving = (id: string, sha256: string, fields: Partial<WorkerReport> = {}): WorkerReport =>
      workerReport({
        id,
        status: 'idle',
        lastHeartbeat: Date.now(),
        cpuModel: cpus()[0]?.model ?? '',
        encoderBuild: 'ffmpeg-9',
        proved: [{ name: 'libx264', device: 'cpu', works: true, sha256 }],
        ...fields,
      });

    it('is not there when its trial fails', async () => {
      expect(await check({ works: false, reason: 'no frames' })).toBe('libx264: no frames');
    });

    it('is not there when it gives other bytes than most workers of its kind', async () => {
      const one = [serving('a', 'one')];
      expect(await check({ sha256: 'one' }, one)).toBeUndefined();
      expect(await check({ sha256: 'two' }, one)).toContain('gives other bytes than those of a');
      expect(await check({ sha256: 'two' }, one, 'ffmpeg-8')).toBeUndefined();
      expect(await check({ sha256: 'two' }, [...one, serving('b', 'two')])).toBeUndefined();
    });

    it.each<[string, Partial<WorkerReport>]>([
      ['are gone', { lastHeartbeat: 1 }],
      ['take no work', { status: 'quarantined' }],
      ['have another processor', { cpuModel: 'another' }],
    ])('does not ask workers that %s', async (_, fields) => {
      expect(await check({ sha256: 'two' }, [serving('a', 'one', fields)])).toBeUndefined();
    });
  });

  it('keeps work out, with the reasons, until nothing is in the way', async () => {
    const gate = new Gate();
    const stop = new AbortController();
    let disk: string | undefined = 'full.';
    const checks = {
      disk: async () => disk,
      tools: () => Promise.reject(new Error('gone')),
    };
    const waiting = untilReady(checks, { gate, logger, signal: stop.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(gate.reasons).toEqual(['disk: full. tools: Error: gone']);
    stop.abort();
    await waiting;
    disk = undefined;
    const ready = new Gate();
    await untilReady({ disk: checks.disk }, { gate: ready, logger, signal: new AbortController().signal });
    expect(ready.isOpen()).toBe(true);
  });
});
