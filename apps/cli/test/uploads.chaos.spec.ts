import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys, UploadView } from '@framefold/domain';
import {
  framefold,
  startFramefold,
  startS3Server,
  startStack,
  storedFiles,
  until,
  type S3Server,
  type TestStack,
} from '@framefold/testing';

const GIB = 1024 ** 3;
const SIZE_BYTES = 10 * GIB;
const KILLS = 5;
const LIMIT_MS = 30 * 60_000;

/** Between two looks at the memory of the API. */
const SAMPLE_MS = 100;

/** Of the API with everything that shares its process. */
const MOST_BYTES = 300_000_000;

/** Beside what it has before the upload: what is on its way through, and no more. */
const MOST_GROWTH_BYTES = 100_000_000;

/** What is not a hole in the file, so that its hash depends on the order of its parts. */
const MARKS = Array.from({ length: 50 }, (_, mark) => Math.floor((mark * SIZE_BYTES) / 50) + mark * 977);

async function makeSparse(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.truncate(SIZE_BYTES);
    for (const position of MARKS) await file.write(`mark at ${position}`, position);
  } finally {
    await file.close();
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The most memory that a process has had so far (proc(5)); undefined once it is gone. */
async function peakBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

describe('a sparse file of 10 GB by tus, the API killed five times on the way', () => {
  let stack: TestStack;
  let work: string;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
    work = await mkdtemp(join(tmpdir(), 'framefold-sparse-'));
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(work, { recursive: true, force: true });
  });

  it(
    'arrives with the right hash, and the API needs no more memory for it',
    async () => {
      const film = join(work, 'film.mp4');
      await makeSparse(film);
      const expected = await sha256Of(film);

      const peaks = new Map<number, number>();
      const sample = async (): Promise<void> => {
        const pid = await stack.pid('control').catch(() => undefined);
        const peak = pid === undefined ? undefined : await peakBytes(pid);
        if (pid !== undefined && peak !== undefined) peaks.set(pid, peak);
      };
      await sample();
      const before = Math.max(...peaks.values());
      const sampling = setInterval(() => void sample(), SAMPLE_MS);

      const uploads = join(stack.home, 'uploads');
      const arrived = async (): Promise<number> => {
        const id = (await storedFiles(uploads)).find((name) => /^[0-9a-f]{32}$/.test(name));
        const view = await fetch(`${stack.apiUrl}/api/uploads/${id}`).catch(() => undefined);
        return view?.ok === true ? UploadView.parse(await view.json()).offset : 0;
      };

      const command = startFramefold(['upload', film, '--json'], stack.env);
      const killedAt: number[] = [];
      try {
        for (let kill = 1; kill <= KILLS; kill += 1) {
          // Well apart, and none so late that the upload would be over before it.
          await until(async () => (await arrived()) >= (SIZE_BYTES * kill) / (KILLS + 1));
          const pid = await stack.pid('control');
          await sample();
          process.kill(pid, 'SIGKILL');
          await until(async () => (await stack.pid('control').catch(() => pid)) !== pid);
          await until(async () => (await arrived()) > 0);
          killedAt.push(await arrived());
        }
        const { exitCode, stdout, stderr } = await command.ended;
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
        await sample();

        const upload = UploadView.parse(JSON.parse(stdout));
        expect(upload).toMatchObject({ status: 'complete', sizeBytes: SIZE_BYTES, sha256: expected });
        expect(await sha256Of(join(stack.home, 'store', storeKeys.uploadContent(upload.id)))).toBe(expected);
        expect((await storedFiles(uploads)).filter((name) => name !== 'owner.lock')).toEqual([]);
      } finally {
        clearInterval(sampling);
        command.process.kill('SIGKILL');
      }

      // Each kill met an upload that was under way, and it went on from there.
      expect(killedAt).toHaveLength(KILLS);
      for (const [kill, offset] of killedAt.entries()) {
        expect(offset).toBeGreaterThan(killedAt[kill - 1] ?? 0);
        expect(offset).toBeLessThan(SIZE_BYTES);
      }
      expect(peaks.size).toBe(KILLS + 1);
      const most = Math.max(...peaks.values());
      process.stdout.write(
        `Memory of the API: ${Math.round(before / 1e6)} MB before, ${Math.round(most / 1e6)} MB at most\n`,
      );
      expect(most - before).toBeLessThan(MOST_GROWTH_BYTES);
      expect(most).toBeLessThan(MOST_BYTES);
    },
    LIMIT_MS,
  );
});

describe('a file of 1 GB by tus, and others with it, where the store is S3', () => {
  let server: S3Server;
  let stack: TestStack;
  let work: string;
  beforeAll(async () => {
    server = await startS3Server();
    const store = { ...server.env, FRAMEFOLD_STORE: `s3://${server.bucket}/a` };
    stack = await startStack({ ...store, FRAMEFOLD_STACK_WORKER: 'no' });
    work = await mkdtemp(join(tmpdir(), 'framefold-sparse-'));
  });
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
    await rm(work, { recursive: true, force: true });
  });

  it(
    'gets there through no more memory',
    async () => {
      const film = join(work, 'film.mp4');
      await (await open(film, 'w')).close();
      await truncate(film, GIB);
      const pid = await stack.pid('control');
      const peaks = [await peakBytes(pid)];
      for (const count of [1, 4]) {
        const sent = Array.from({ length: count }, () => framefold(['upload', film, '--json'], stack.env));
        for (const { exitCode, stdout } of await Promise.all(sent)) {
          expect(exitCode).toBe(0);
          expect(UploadView.parse(JSON.parse(stdout))).toMatchObject({ status: 'complete', sizeBytes: GIB });
        }
        peaks.push(await peakBytes(pid));
      }
      const [before = 0, one = 0, four = 0] = peaks.map((bytes) => Math.round((bytes ?? Infinity) / 1e6));
      process.stdout.write(
        `Memory of the API with S3: ${before} MB before, ${one} for one, ${four} for four\n`,
      );
      expect((four - before) * 1e6).toBeLessThan(MOST_GROWTH_BYTES);
    },
    LIMIT_MS,
  );
});
