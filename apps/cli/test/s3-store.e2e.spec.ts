import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { storeKeys, type JobView } from '@framefold/domain';
import {
  clipPath,
  framefold,
  generatedClip,
  requireTool,
  startS3Server,
  startStack,
  until,
  type S3Server,
  type TestStack,
} from '@framefold/testing';
import { z } from 'zod';

const PREFIX = 'a/stack/';
const FILMS = 'films';

/** What a chunk may cost over its share of the source: the second behind it that filters may look at, and boxes. */
const OVERHEAD = 1.3;

const Links = z.object({ links: z.object({ manifest: z.string() }) });

/** A film as cameras and editors write them: a keyframe every two seconds, at a steady rate. */
const STEADY = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '48', '-keyint_min', '48', '-sc_threshold', '0'],
  ...['-b:v', '1200k', '-minrate', '1200k', '-maxrate', '1200k', '-bufsize', '1200k'],
  ...['-x264-params', 'nal-hrd=cbr', '-c:a', 'copy'],
];

describe('a stack whose store is S3', () => {
  let server: S3Server;
  let folder: string;
  let steady: string;
  let onFolder: TestStack;
  let onS3: TestStack;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-s3-e2e-'));
    steady = join(folder, 'steady.mp4');
    const source = clipPath('bunny-480p24-30s.mp4');
    await promisify(execFile)(requireTool('ffmpeg'), ['-v', 'error', '-i', source, ...STEADY, steady]);
    server = await startS3Server();
    await server.makeBucket(FILMS);
    for (const key of ['steady.mp4', 'others/steady.mp4'])
      await server.put(FILMS, key, await readFile(steady));
    onFolder = await startStack();
    onS3 = await startStack({
      ...server.env,
      FRAMEFOLD_STORE: `s3://${server.bucket}/${PREFIX}`,
      FRAMEFOLD_S3_SOURCE_BUCKETS: FILMS,
      FRAMEFOLD_PLAYBACK_SECRET: 'a secret of some length',
    });
  });
  afterAll(async () => {
    await Promise.all([onFolder?.stop(), onS3?.stop()]);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const transcode = async (stack: TestStack, sourceUrl: string, fields = {}): Promise<JobView> => {
    const rung = { name: 'small', shortSide: 240, maxrateKbps: 500, preset: 'ultrafast' } as const;
    return stack.follow(await stack.submit({ sourceUrl, ladder: [rung], ...fields }));
  };
  const media = async (stack: TestStack, { id }: JobView, path: string): Promise<Response> => {
    const { links } = Links.parse(await stack.job(id));
    const { search } = new URL(links.manifest, stack.apiUrl);
    return fetch(`${stack.apiUrl}/media/${id}/${path}${search}`);
  };
  const sumsOf = async (stack: TestStack, job: JobView): Promise<string> => {
    expect(job.failure).toBeUndefined();
    const answer = await media(stack, job, 'SHA256SUMS');
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const stored = (prefix: string): Promise<string[]> => server.keys(PREFIX + prefix);
  const modeOf = async (stack: TestStack, job: JobView): Promise<string | undefined> => {
    // The record follows the job's last event.
    const log = await until(async () => {
      const answer = await media(stack, job, 'events.jsonl');
      return answer.ok ? answer.text() : undefined;
    });
    return /"mode":"([^"]+)"/.exec(log)?.[1];
  };

  it('gives the bytes of one with a folder, and lets each chunk fetch little but its part', async () => {
    const [local, remote] = await Promise.all([
      transcode(onFolder, pathToFileURL(steady).href),
      transcode(onS3, `s3://${FILMS}/steady.mp4`),
    ]);
    expect(await sumsOf(onS3, remote)).toBe(await sumsOf(onFolder, local));
    expect([await modeOf(onFolder, local), await modeOf(onS3, remote)]).toEqual(['in-place', 'slices']);
    expect(local.segments.map(({ fetchedBytes }) => fetchedBytes)).toEqual(Array(5).fill(undefined));

    const { size } = await stat(steady);
    expect(remote.plan).toMatchObject({ segments: 5, chunks: 5 });
    const share = size / 5;
    for (const { index, fetchedBytes = Infinity } of remote.segments) {
      expect([index, fetchedBytes / share > 0.8]).toEqual([index, true]);
      expect([index, fetchedBytes / share < OVERHEAD]).toEqual([index, true]);
    }
    expect(await stored(storeKeys.commits(remote.id))).toHaveLength(6);
    // Of the source and its slices nothing is left, and nothing was ever in a folder.
    expect(await stored(storeKeys.sourceFolder(remote.id))).toEqual([]);
    expect(await stored(storeKeys.slices(remote.id))).toEqual([]);
    expect(existsSync(join(onS3.home, 'store'))).toBe(false);
  });

  it('reads a source whole that can’t be cut, and fetches it once', async () => {
    const source = await generatedClip('negative-start.ts');
    await server.put(FILMS, 'negative.ts', await readFile(source));
    const fields = { segmentSeconds: 1 };
    const [local, remote] = await Promise.all([
      transcode(onFolder, pathToFileURL(source).href, fields),
      transcode(onS3, `s3://${FILMS}/negative.ts`, fields),
    ]);
    expect(await sumsOf(onS3, remote)).toBe(await sumsOf(onFolder, local));
    expect(await modeOf(onS3, remote)).toBe('in-place');
    // Probing and splitting had fetched it already.
    expect(remote.segments.map(({ fetchedBytes }) => fetchedBytes)).toEqual(remote.segments.map(() => 0));
  });

  it('gives subtitles and a quality report as one with a folder does', async () => {
    const source = clipPath('subtitles-srt.mkv');
    await server.put(FILMS, 'subtitles.mkv', await readFile(source));
    const fields = { qualityReport: true, endSeconds: 5 };
    const [local, remote] = await Promise.all([
      transcode(onFolder, pathToFileURL(source).href, fields),
      transcode(onS3, `s3://${FILMS}/subtitles.mkv`, fields),
    ]);
    const sums = await sumsOf(onS3, remote);
    expect(sums).toBe(await sumsOf(onFolder, local));
    expect(sums).toMatch(/quality\.json/);
    expect(sums).toMatch(/\.vtt/);
  });

  it('serves the command, which gets at signed output', async () => {
    const output = join(folder, 'output');
    const options = ['--ladder', 'hls-default', '--output', output];
    const run = await framefold(['transcode', clipPath('crystal-12s.mp4'), ...options], onS3.env);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.any(String)]);
    expect(existsSync(join(output, 'master.m3u8'))).toBe(true);
  }, 180_000);

  it('takes up a job again that lost its store for a while', async () => {
    const url = `s3://${FILMS}/others/steady.mp4`;
    const jobId = await onS3.submit({ sourceUrl: url, segmentSeconds: 2, ladder: 'hls-default' });
    await onS3.follow(jobId, ({ progress }) => progress.completed > 0);
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await server.start();
    const job = await onS3.follow(jobId);
    expect([job.status, job.failure]).toEqual(['completed', undefined]);
  }, 180_000);

  it('refuses sources of buckets that it may not read', async () => {
    const job = await transcode(onS3, `s3://${server.bucket}/${PREFIX}film.mp4`);
    expect(job.failure).toMatchObject({ code: 'SOURCE_FORBIDDEN', phase: 'probing' });
  });

  it('does not start, and says why, where the bucket can’t be reached', async () => {
    const env = { ...onS3.env, FRAMEFOLD_HOME: join(folder, 'home'), FRAMEFOLD_STORE: 's3://no-such-bucket' };
    const refused = await framefold(['up'], env);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('STORE_UNAVAILABLE')]);
    expect(refused.stderr).toContain('AccessDenied');
    const away = await framefold(['up'], { ...env, FRAMEFOLD_S3_ENDPOINT: 'http://127.0.0.1:9' });
    expect(away.stderr).toContain('ECONNREFUSED');
  });
});
