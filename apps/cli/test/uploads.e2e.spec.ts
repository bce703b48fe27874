import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JobView, storeKeys, UploadView } from '@framefold/domain';
import {
  clipPath,
  decodeTree,
  framefold,
  startFramefold,
  startStack,
  storedFiles,
  until,
  type TestStack,
} from '@framefold/testing';
import { z } from 'zod';

const LIMIT_MS = 180_000;
const CLIP = clipPath('720p-12_5fps-1s.mp4');
const NAME = '720p-12_5fps-1s';
const FRAMES = 13;
const TUS = { 'tus-resumable': '1.0.0' };
const Uploaded = z.object({ id: z.string(), sourceUrl: z.string() });

let stack: TestStack;
let content: Buffer;
beforeAll(async () => {
  // No path of this machine may serve as a source: what is transcoded was uploaded.
  stack = await startStack({ FRAMEFOLD_FILE_ROOTS: '/nowhere' });
  content = await readFile(CLIP);
});
afterAll(() => stack?.stop());

const uploadOf = async (id: string): Promise<UploadView> =>
  UploadView.parse(await (await fetch(`${stack.apiUrl}/api/uploads/${id}`)).json());
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Every frame of the clip is there in every rendition, and the job has given its copy of the source back. */
async function expectWhole(jobId: string): Promise<void> {
  const job = await stack.follow(jobId);
  expect(job).toMatchObject({ status: 'completed', title: NAME });
  const output = join(stack.home, 'store', storeKeys.output(jobId));
  const video = (await decodeTree(output)).filter(({ kind }) => kind === 'video');
  expect(video.length).toBeGreaterThan(0);
  for (const { frames } of video) expect(frames).toBe(FRAMES);
  await until(async () => {
    const left = await storedFiles(join(stack.home, 'store', storeKeys.sourceFolder(jobId)));
    return left.length === 0;
  });
}

it(
  'a clip that comes by tus in pieces is transcoded, and again',
  async () => {
    const created = await fetch(`${stack.apiUrl}/api/uploads`, {
      method: 'POST',
      headers: {
        ...TUS,
        'upload-length': String(content.length),
        'upload-metadata': `filename ${Buffer.from(`${NAME}.mp4`).toString('base64')}`,
      },
    });
    const { id, sourceUrl } = Uploaded.parse(await created.json());
    const address = new URL(created.headers.get('location') ?? '', stack.apiUrl);
    for (let offset = 0, size = 30_000; offset < content.length; offset += size) {
      const piece = content.subarray(offset, offset + size);
      const answer = await fetch(address, {
        method: 'PATCH',
        headers: {
          ...TUS,
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
          'upload-checksum': `sha256 ${createHash('sha256').update(piece).digest('base64')}`,
        },
        body: new Uint8Array(piece),
      });
      expect(answer.status).toBe(204);
    }
    expect(await uploadOf(id)).toMatchObject({ status: 'complete', sha256: sha256(content) });
    await expectWhole(await stack.submit({ sourceUrl }));
    // The upload is not the job's: another one can be made from it, by the same bytes.
    await expectWhole(await stack.submit({ sourceUrl }));
    expect(await uploadOf(id)).toMatchObject({ status: 'complete' });
  },
  LIMIT_MS,
);

it(
  'a clip that comes in a form is transcoded, also when the upload is removed as soon as the job has it',
  async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(content)]), `${NAME}.mp4`);
    const created = await fetch(`${stack.apiUrl}/api/uploads`, { method: 'POST', body: form });
    expect(created.status).toBe(201);
    const { id, sourceUrl } = Uploaded.parse(await created.json());
    expect(await uploadOf(id)).toMatchObject({ filename: `${NAME}.mp4`, sha256: sha256(content) });
    const jobId = await stack.submit({ sourceUrl });
    await stack.follow(jobId, ({ sourceMeta }) => sourceMeta !== undefined);
    expect((await fetch(`${stack.apiUrl}/api/uploads/${id}`, { method: 'DELETE' })).status).toBe(204);
    await expectWhole(jobId);
  },
  LIMIT_MS,
);

it(
  'the command uploads what it transcodes',
  async () => {
    const output = join(stack.home, 'transcoded');
    const end = await framefold(['transcode', CLIP, '--upload', '--output', output, '--json'], stack.env);
    expect(end).toMatchObject({ exitCode: 0 });
    const job = JSON.parse(end.stdout.trimEnd().split('\n').at(-1) ?? '') as JobView;
    expect(job).toMatchObject({
      status: 'completed',
      title: NAME,
      request: { sourceUrl: expect.stringMatching(/^upload:/) },
    });
    const video = (await decodeTree(output)).filter(({ kind }) => kind === 'video');
    for (const { frames } of video) expect(frames).toBe(FRAMES);
  },
  LIMIT_MS,
);

it(
  'the command goes on with an upload that it was stopped in',
  async () => {
    const film = join(stack.home, 'film.mp4');
    await writeFile(film, 'the beginning');
    await truncate(film, 400_000_000);
    const unfinished = async (): Promise<UploadView | undefined> => {
      const name = (await storedFiles(join(stack.home, 'uploads'))).find((file) => file.endsWith('.json'));
      return name === undefined ? undefined : uploadOf(name.replace('.json', ''));
    };
    const first = startFramefold(['upload', film], stack.env);
    await until(async () => ((await unfinished())?.offset ?? 0) > 0);
    first.process.kill('SIGINT');
    expect(await first.ended).toMatchObject({ exitCode: 130, stdout: expect.stringContaining('goes on') });
    const left = await unfinished();
    expect(left).toMatchObject({ status: 'unfinished', sizeBytes: 400_000_000 });

    const second = await framefold(['upload', film, '--json'], stack.env);
    expect(second.exitCode).toBe(0);
    expect(UploadView.parse(JSON.parse(second.stdout))).toMatchObject({
      id: left?.id,
      status: 'complete',
      sha256: sha256(await readFile(film)),
    });
  },
  LIMIT_MS,
);

it(
  'the command tells why an upload is refused',
  async () => {
    const end = await framefold(['upload', join(import.meta.dirname, 'uploads.e2e.spec.txt')], stack.env);
    expect(end).toMatchObject({ exitCode: 2, stdout: '' });
    const page = clipPath('README.md');
    const refused = await framefold(['upload', page], stack.env);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.not.stringContaining('upload://') });
    expect(refused.stderr).toContain('UPLOAD_KIND_REFUSED: "README.md" is not media.');
  },
  LIMIT_MS,
);
