import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { DryRun, JobView } from '@framefold/domain';
import {
  clipPath,
  decodeTree,
  framefold,
  processesNaming,
  startFramefold,
  startStack,
  storedFiles,
  until,
  type CommandEnd,
  type TestStack,
} from '@framefold/testing';
import { Webhook } from 'standardwebhooks';
import { close, listen, serveBreakingOnce } from './breaking-server.ts';
import { measurePlaylist, readMaster } from './measured-tree.ts';

const BUNNY = clipPath('bunny-480p24-30s.mp4');
const WEBHOOK_SECRET = 'a secret of this test alone';
const LIMIT_MS = 240_000;

let stack: TestStack;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'framefold-transcode-'));
  stack = await startStack({
    // Sources and receivers of these tests are on this machine.
    FRAMEFOLD_PRIVATE_NETWORKS: 'allow',
    FRAMEFOLD_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
}, LIMIT_MS);
afterAll(async () => {
  await stack?.stop();
  await rm(work, { recursive: true, force: true });
});

const transcode = (source: string, output: string, ...options: string[]): Promise<CommandEnd> =>
  framefold(['transcode', source, '--output', join(work, output), '--json', ...options], stack.env);
const jobOf = (end: CommandEnd): JobView =>
  JSON.parse(end.stdout.trimEnd().split('\n').at(-1) ?? '') as JobView;
const folderOf = (jobId: string): string => join(stack.home, 'store/jobs', jobId);

/** Nothing of the job is stored but the records of its attempts, and its log, which is written once the job has ended. */
async function expectOnlyTheLog(jobId: string): Promise<void> {
  const left = async (): Promise<string[]> =>
    (await storedFiles(folderOf(jobId))).filter((file) => !file.startsWith('work/attempts/'));
  expect((await left()).filter((file) => file !== 'output/events.jsonl')).toEqual([]);
  await until(async () => existsSync(join(folderOf(jobId), 'output/events.jsonl')));
  expect(await left()).toEqual(['output/events.jsonl']);
}

describe('a video goes in', () => {
  let end: CommandEnd;
  let folder: string;
  beforeAll(async () => {
    folder = join(work, 'bunny');
    end = await transcode(BUNNY, 'bunny');
  }, LIMIT_MS);

  it('ends with 0 and the job as the last line', () => {
    expect(end).toMatchObject({ exitCode: 0 });
    expect(jobOf(end)).toMatchObject({ status: 'completed', title: 'bunny-480p24-30s' });
  });

  it('leaves a tree with playlist, record and checksums that fit', async () => {
    expect(await storedFiles(folder)).toEqual(
      expect.arrayContaining(['SHA256SUMS', 'events.jsonl', 'job.json', 'master.m3u8']),
    );
    const record = JSON.parse(await readFile(join(folder, 'job.json'), 'utf8')) as JobView;
    expect(record).toMatchObject({ id: jobOf(end).id, status: 'completed' });
    await promisify(execFile)('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: folder });
    const listed = (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
    const media = (await storedFiles(folder)).filter(
      (file) => !/SHA256SUMS|events.jsonl|job.json/.test(file),
    );
    expect(listed.map((line) => line.slice(66)).sort()).toEqual(media);
  });

  it('holds every frame without a gap, sound and picture starting together', async () => {
    const renditions = await decodeTree(folder);
    const video = renditions.filter(({ kind }) => kind === 'video');
    expect(video.map(({ width, height }) => `${width}x${height}`).sort()).toEqual(['640x360', '854x480']);
    for (const rendition of video) {
      expect(rendition.frames).toBe(720);
      expect(rendition.startSeconds).toBeCloseTo(1, 5);
      expect(rendition.spanSeconds).toBeCloseTo(719 / 24, 3);
      expect(rendition.longestStepSeconds).toBeCloseTo(1 / 24, 3);
    }
    const audio = renditions.filter(({ kind }) => kind === 'audio');
    expect(audio).toHaveLength(1);
    expect(audio[0]?.startSeconds).toBeCloseTo(1 - 1024 / 48_000, 4);
    expect(audio[0]?.longestStepSeconds).toBeCloseTo(1024 / 48_000, 4);
  });

  it('is described by its playlists as it is', async () => {
    const master = await readMaster(join(folder, 'master.m3u8'));
    expect(master.variants).toHaveLength(2);
    for (const variant of master.variants) {
      const video = await measurePlaylist(join(folder, variant.uri));
      const [track] = variant.audio;
      expect(variant.audio).toHaveLength(1);
      const audio = await measurePlaylist(join(folder, track?.uri ?? ''));

      expect(video.durationSeconds).toBeCloseTo(30, 4);
      expect(Math.abs(audio.durationSeconds - 30)).toBeLessThanOrEqual(2 * (1024 / 48_000));
      expect(video.stream).toMatchObject({ codec_name: 'h264', profile: 'High' });
      expect(audio.stream).toMatchObject({ codec_name: 'aac', profile: 'LC', channels: 2 });
      const level = (video.stream.level ?? 0).toString(16).padStart(2, '0');
      expect(variant.codecs?.toLowerCase()).toBe(`avc1.6400${level},mp4a.40.2`);
      expect(variant.resolution).toEqual({ width: video.stream.width, height: video.stream.height });
      expect(variant.frameRate).toBe(24);
      // Lengths in a playlist are rounded to microseconds.
      const peak = video.peakBitsPerSecond + audio.peakBitsPerSecond;
      const average = video.averageBitsPerSecond + audio.averageBitsPerSecond;
      expect(Math.abs(variant.bandwidth - peak)).toBeLessThan(peak / 1000);
      expect(Math.abs((variant.averageBandwidth ?? NaN) - average)).toBeLessThan(average / 1000);
    }
  });
});

describe('a dry run', () => {
  const dryRun = async (file: string): Promise<DryRun> => {
    const body = JSON.stringify({ sourceUrl: pathToFileURL(clipPath(file)).href });
    const headers = { 'content-type': 'application/json' };
    const url = `${stack.apiUrl}/api/transcode?validateOnly=true`;
    for (;;) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      if (answer.status === 202) continue;
      expect(answer.status).toBe(200);
      return (await answer.json()) as DryRun;
    }
  };

  it(
    'says what a job would be by what the job before was, and leaves nothing',
    async () => {
      const job = jobOf(await transcode(BUNNY, 'before'));
      const { valid, plan, profiles, estimate } = await dryRun('bunny-480p24-30s.mp4');
      expect({ valid, plan, profiles }).toEqual({ valid: true, plan: job.plan, profiles: job.profiles });
      // All finished jobs of this stack were of this very source.
      expect(estimate?.basedOn).toBeGreaterThan(0);
      expect(estimate?.outputBytes).toBe(job.output?.sizeBytes);
      expect(estimate?.encodeSeconds).toBeGreaterThan(0);
      expect(await dryRun('broken-noise.mp4')).toMatchObject({
        valid: false,
        failure: { code: 'SOURCE_NOT_MEDIA', phase: 'probing' },
      });
      const left = await storedFiles(join(stack.home, 'store/jobs'));
      expect(left.filter((file) => file.startsWith('dry-run'))).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('what cannot be transcoded', () => {
  it.each([
    ['a missing file', join(tmpdir(), 'framefold-is-not-here.mp4'), 'SOURCE_NOT_FOUND'],
    ['noise', clipPath('broken-noise.mp4'), 'SOURCE_NOT_MEDIA'],
    ['a server that does not answer', 'http://127.0.0.1:1/x.mp4', 'SOURCE_UNREACHABLE'],
  ])(
    '%s: exit code 1, code, sentence and hint; nothing left behind',
    async (name, source, code) => {
      const end = await transcode(source, name);
      const job = jobOf(end);
      expect(end.exitCode).toBe(1);
      expect(job).toMatchObject({ status: 'failed', failure: { code } });
      expect(end.stderr).toContain(`${code}: ${job.failure?.message}`);
      expect(end.stderr).toContain(`Hint: ${job.failure?.hint}`);
      expect(existsSync(join(work, name))).toBe(false);
      await expectOnlyTheLog(job.id);
    },
    LIMIT_MS,
  );

  it.each([
    ['an unknown option', ['transcode', '--colour', 'blue']],
    ['a segment length out of bounds', ['transcode', BUNNY, '--segment-seconds', '0.1']],
    ['a folder as the source', ['transcode', tmpdir()]],
  ])('%s: exit code 2', async (_, args) => {
    const end = await framefold(args, stack.env);
    expect(end).toMatchObject({ exitCode: 2, stdout: '' });
    expect(end.stderr).not.toBe('');
  });
});

it(
  'is cancelled by Ctrl-C: exit code 130, no encoder and no file left',
  async () => {
    const output = join(work, 'cancelled');
    const command = startFramefold(
      ['transcode', clipPath('long-1080p-6min.mp4'), '--output', output, '--json'],
      stack.env,
    );
    const scratch = join(stack.home, 'scratch');
    await until(async () => (await processesNaming(scratch)).length > 0);
    command.process.kill('SIGINT');
    const end = await command.ended;
    const job = jobOf(end);
    expect(end.exitCode).toBe(130);
    expect(job.status).toBe('cancelled');
    expect(await processesNaming(job.id)).toEqual([]);
    expect(existsSync(output)).toBe(false);
    expect(await storedFiles(scratch)).toEqual([]);
    await expectOnlyTheLog(job.id);
  },
  LIMIT_MS,
);

it(
  'goes on with a download where the connection broke off',
  async () => {
    const server = await serveBreakingOnce(clipPath('720p-12_5fps-1s.mp4'));
    try {
      const end = await transcode(server.url, 'downloaded');
      expect(end.exitCode).toBe(0);
      expect(server.starts).toHaveLength(2);
      expect(server.starts[0]).toBe(0);
      expect(server.starts[1]).toBeGreaterThan(0);
      const video = (await decodeTree(join(work, 'downloaded'))).filter(({ kind }) => kind === 'video');
      expect(video.map(({ frames }) => frames)).toEqual([13, 13, 13]);
      // The copy of the source is gone once the job has ended.
      expect(await storedFiles(join(folderOf(jobOf(end).id), 'source'))).toEqual([]);
    } finally {
      await server.close();
    }
  },
  LIMIT_MS,
);

it(
  'calls the webhook, signed',
  async () => {
    const delivered: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        delivered.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    });
    const origin = await listen(server);
    try {
      const end = await transcode(clipPath('fragmented.mp4'), 'notified', '--webhook', `${origin}/done`);
      expect(end.exitCode).toBe(0);
      const { headers, body } = await until(async () => delivered[0]);
      const verified = new Webhook(WEBHOOK_SECRET, { format: 'raw' }).verify(
        body,
        headers as Record<string, string>,
      );
      expect(verified).toMatchObject({ type: 'job.completed', jobId: jobOf(end).id, status: 'completed' });
    } finally {
      await close(server);
    }
  },
  LIMIT_MS,
);

it(
  'runs beside another stack: each with its own jobs',
  async () => {
    const other = await startStack();
    try {
      const sourceUrl = pathToFileURL(clipPath('fragmented.mp4')).href;
      const [here, there] = await Promise.all([stack.submit({ sourceUrl }), other.submit({ sourceUrl })]);
      expect(await stack.follow(here)).toMatchObject({ status: 'completed' });
      expect(await other.follow(there)).toMatchObject({ status: 'completed' });
      await expect(other.job(here)).rejects.toThrow('404');
      await expect(stack.job(there)).rejects.toThrow('404');
    } finally {
      await other.stop();
    }
  },
  LIMIT_MS,
);
