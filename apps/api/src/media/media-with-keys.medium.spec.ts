import { storeKeys } from '@framefold/domain';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';

let world: ApiWithKeys;
beforeAll(async () => {
  world = await startApiWithKeys();
});
afterAll(() => world.close());

it.each([
  ['720p/segment00000-0123456789.m4s', 'private, max-age=31536000, immutable'],
  ['master.m3u8', 'private, no-cache'],
  ['job.json', 'private, no-cache'],
])('keeps %s, which needs a key, out of shared caches', async (path, cacheControl) => {
  const key = await world.keyOf('acme');
  const request = { sourceUrl: 'https://media.example/a.mp4' };
  const { jobId } = (await world.send(key, 'POST', '/api/transcode', request)).json;
  await world.api.store.put(storeKeys.outputFile(jobId, path), 'content');
  const url = `/media/${jobId}/${path}`;
  const { status, headers } = await world.send(key, 'GET', url);
  expect(status).toBe(200);
  // RFC 9111, section 3.5: `public` would let a cache give it to who shows no key.
  expect(headers['cache-control']).toBe(cacheControl);
  expect((await world.send(undefined, 'GET', url)).status).toBe(401);
});
