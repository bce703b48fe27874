import { RECORD_FILES, storeKeys } from '@framefold/domain';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';

let world: ApiWithKeys;
beforeAll(async () => {
  world = await startApiWithKeys({ FRAMEFOLD_PLAYBACK_SECRET: 'a secret of some length' });
});
afterAll(() => world.close());

const SUBMISSION = { sourceUrl: 'https://media.example/a.mp4?token=secret' };

it('are for keys that may read the job, not for who has a signed URL', async () => {
  const [own, other] = [await world.keyOf('acme'), await world.keyOf('other')];
  const submitter = await world.keyOf('acme', ['submit']);
  const { jobId } = (await world.send(own, 'POST', '/api/transcode', SUBMISSION)).json;
  for (const path of ['master.m3u8', ...RECORD_FILES])
    await world.api.store.put(storeKeys.outputFile(jobId, path), 'content');
  const { links } = (await world.send(own, 'GET', `/api/jobs/${jobId}`)).json;
  const [, query] = links.manifest.split('?');
  expect((await world.send(undefined, 'GET', links.manifest)).status).toBe(200);
  for (const path of RECORD_FILES) {
    const url = `/media/${jobId}/${path}?${query}`;
    expect((await world.send(undefined, 'GET', url)).status).toBe(401);
    expect((await world.send(submitter, 'GET', url)).status).toBe(403);
    expect((await world.send(other, 'GET', url)).status).toBe(404);
    expect((await world.send(own, 'GET', url)).text).toBe('content');
    expect((await world.send(own, 'GET', `/media/${jobId}/${path}`)).text).toBe('content');
  }
});
