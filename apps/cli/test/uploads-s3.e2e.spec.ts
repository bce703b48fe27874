import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { type JobView, storeKeys, UploadView } from '@framefold/domain';
import {
  clipPath,
  decodeTree,
  framefold,
  startS3Server,
  startStack,
  until,
  type S3Server,
  type TestStack,
} from '@framefold/testing';
import { z } from 'zod';

const LIMIT_MS = 180_000;
const PREFIX = 'a/stack/';
const NAME = '720p-12_5fps-1s';
const FRAMES = 13;
const TUS = { 'tus-resumable': '1.0.0' };
const Parts = z.object({
  parts: z.array(z.object({ number: z.number(), sizeBytes: z.number(), url: z.string() })),
});
const Begun = Parts.extend({ id: z.string(), sourceUrl: z.string(), partBytes: z.number() });

let server: S3Server;
let stack: TestStack;
/** A clip that is larger than one part: a box that players skip is behind it (ISO/IEC 14496-12, 8.1.2). */
let content: Buffer;
beforeAll(async () => {
  server = await startS3Server();
  stack = await startStack({
    ...server.env,
    FRAMEFOLD_STORE: `s3://${server.bucket}/${PREFIX}`,
    // No path of this machine may serve as a source: what is transcoded was uploaded.
    FRAMEFOLD_FILE_ROOTS: '/nowhere',
  });
  const free = Buffer.concat([Buffer.alloc(4), Buffer.from('free'), randomBytes(18 * 1024 ** 2)]);
  free.writeUInt32BE(free.length);
  content = Buffer.concat([await readFile(clipPath(`${NAME}.mp4`)), free]);
});
afterAll(async () => {
  await stack?.stop();
  await server?.stop();
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const post = (path: string, body?: object): Promise<Response> =>
  fetch(`${stack.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const uploadOf = async (id: string): Promise<UploadView> =>
  UploadView.parse(await (await fetch(`${stack.apiUrl}/api/uploads/${id}`)).json());

/** The job of an upload has every frame of the clip in every rendition. */
async function expectTranscoded(sourceUrl: string): Promise<void> {
  const output = join(stack.home, sourceUrl.slice('upload://'.length));
  const end = await framefold(['transcode', sourceUrl, '--output', output, '--json'], stack.env);
  expect(end).toMatchObject({ exitCode: 0 });
  const job = JSON.parse(end.stdout.trimEnd().split('\n').at(-1) ?? '') as JobView;
  expect(job).toMatchObject({ status: 'completed', title: NAME, request: { sourceUrl } });
  const video = (await decodeTree(output)).filter(({ kind }) => kind === 'video');
  expect(video.length).toBeGreaterThan(0);
  for (const { frames } of video) expect(frames).toBe(FRAMES);
}

it(
  'a clip that goes straight to S3 in parts is transcoded',
  async () => {
    const announced = { filename: `${NAME}.mp4`, sizeBytes: content.length, sha256: sha256(content) };
    const begun = Begun.parse(await (await post('/api/uploads/direct', announced)).json());
    const send = async ({ number, sizeBytes, url }: (typeof begun.parts)[number]): Promise<void> => {
      const start = (number - 1) * begun.partBytes;
      const body = new Uint8Array(content.subarray(start, start + sizeBytes));
      expect(new URL(url).origin).toBe(server.endpoint);
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    };
    const [first, ...others] = begun.parts;
    expect(others).toHaveLength(1);
    await send(first!);
    // As a client does that comes back with nothing but the id.
    const missing = await fetch(`${stack.apiUrl}/api/uploads/${begun.id}/parts`);
    for (const part of Parts.parse(await missing.json()).parts) await send(part);
    const completed = await post(`/api/uploads/${begun.id}/complete`);
    expect(completed.status).toBe(200);
    expect(UploadView.parse(await completed.json())).toMatchObject({
      status: 'complete',
      sha256: announced.sha256,
    });
    await expectTranscoded(begun.sourceUrl);
  },
  LIMIT_MS,
);

it(
  'a clip that comes by tus and is interrupted ends in S3 whole, and is transcoded',
  async () => {
    const created = await fetch(`${stack.apiUrl}/api/uploads`, {
      method: 'POST',
      headers: {
        ...TUS,
        'upload-length': String(content.length),
        'upload-metadata': `filename ${Buffer.from(`${NAME}.mp4`).toString('base64')}`,
      },
    });
    const path = created.headers.get('location') ?? '';
    const id = path.split('/').at(-1) ?? '';
    const half = content.subarray(0, content.length / 2);
    const headers = {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(content.length),
      'upload-offset': '0',
    };
    const sent = httpRequest(new URL(path, stack.apiUrl), { method: 'PATCH', headers, agent: false });
    const closed = new Promise((resolve) => sent.on('error', () => undefined).on('close', resolve));
    sent.write(half);
    await until(async () => (await uploadOf(id)).offset === half.length);
    sent.destroy();
    await closed;

    const head = await fetch(new URL(path, stack.apiUrl), { method: 'HEAD', headers: TUS });
    const offset = Number(head.headers.get('upload-offset'));
    expect(offset).toBe(half.length);
    const rest = await fetch(new URL(path, stack.apiUrl), {
      method: 'PATCH',
      headers: {
        ...TUS,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
      },
      body: new Uint8Array(content.subarray(offset)),
    });
    expect(rest.status).toBe(204);
    expect(await uploadOf(id)).toMatchObject({ status: 'complete', sha256: sha256(content) });
    const stored = await server.get(server.bucket, PREFIX + storeKeys.uploadContent(id));
    expect(sha256(stored)).toBe(sha256(content));
    await expectTranscoded(`upload://${id}`);
  },
  LIMIT_MS,
);
