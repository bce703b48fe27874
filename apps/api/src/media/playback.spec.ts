import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

const SEGMENT = 'small/segment00000-0123456789.m4s';
const FILES = {
  'master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nsmall/playlist.m3u8\n',
  'small/playlist.m3u8': `#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:6,\nsegment00000-0123456789.m4s\n`,
  'small/init.mp4': 'init',
  [SEGMENT]: '0123456789',
};
const HOUR_MS = 3_600_000;

let api: ApiUnderTest;
let jobId: string;
let other: string;
beforeEach(async () => {
  api = await startApi({ environment: { FRAMEFOLD_PLAYBACK_SECRET: 'a secret of some length' } });
  [jobId, other] = [await api.completeJob(FILES), await api.completeJob(FILES)];
});
afterEach(() => api.close());

const get = (path: string, headers: Record<string, string> = {}) => api.send('GET', path, { headers });
const manifestOf = async (id: string): Promise<string> => (await get(`/api/jobs/${id}`)).json.links.manifest;
const queryOf = async (id: string): Promise<string> => (await manifestOf(id)).replace(/^[^?]*/, '');

/** What a playlist names, as a player resolves it against the playlist's own URL. */
const named = (playlist: string, url: string): string[] =>
  playlist
    .split('\n')
    .flatMap((line) => /URI="([^"]+)"/.exec(line)?.[1] ?? (/^[^#]/.test(line) ? line : []))
    .map((uri) => new URL(uri, `http://x${url}`))
    .map(({ pathname, search }) => pathname + search);

describe('signed playback', () => {
  it('lets a player reach every file from the manifest of the job', async () => {
    const seen: string[] = [];
    const walk = async (url: string): Promise<void> => {
      const answer = await get(url);
      expect([url, answer.status]).toEqual([url, 200]);
      seen.push(url.replace(/\?.*/, ''));
      if (!url.includes('.m3u8?')) return;
      expect(answer.headers['content-type']).toBe('application/vnd.apple.mpegurl');
      for (const next of named(answer.text, url)) await walk(next);
    };
    await walk(await manifestOf(jobId));
    expect(seen.sort()).toEqual(
      Object.keys(FILES)
        .map((path) => `/media/${jobId}/${path}`)
        .sort(),
    );
    // The other address of the same playlist.
    const master = await get(`/api/jobs/${jobId}/manifest`);
    for (const url of named(master.text, `/api/jobs/${jobId}/manifest`))
      expect((await get(url)).status).toBe(200);
  });

  it('is the same for all jobs of a list, and for the hour', async () => {
    const { jobs } = (await get('/api/jobs')).json;
    const links = jobs.map((job: { links: { manifest: string } }) => job.links.manifest);
    expect(links.sort()).toEqual([await manifestOf(jobId), await manifestOf(other)].sort());
    const before = await manifestOf(jobId);
    api.now += 1_000;
    expect(await manifestOf(jobId)).toBe(before);
  });

  it('ends after a day', async () => {
    const url = `/media/${jobId}/${SEGMENT}${await queryOf(jobId)}`;
    api.now += 24 * HOUR_MS;
    expect((await get(url)).status).toBe(200);
    api.now += HOUR_MS + 1_000;
    expect(await get(url)).toMatchObject({ status: 403, json: { code: 'PLAYBACK_FORBIDDEN' } });
    expect((await get(`/media/${jobId}/${SEGMENT}${await queryOf(jobId)}`)).status).toBe(200);
  });

  it('refuses what was not signed for this job', async () => {
    const query = await queryOf(jobId);
    const [, expires = '', signature = ''] = /expires=(\d+)&signature=(.+)/.exec(query) ?? [];
    const forged = [
      '',
      `?expires=${expires}`,
      `?signature=${signature}`,
      `?expires=${Number(expires) + 3600}&signature=${signature}`,
      `?expires=${expires}&signature=${signature.slice(0, -1)}`,
      `?expires=${expires}&expires=${expires}&signature=${signature}`,
      `?expires[]=${expires}&signature=${signature}`,
      await queryOf(other),
    ];
    for (const path of [SEGMENT, 'master.m3u8', 'missing'])
      for (const bad of forged) expect((await get(`/media/${jobId}/${path}${bad}`)).status).toBe(403);
    expect((await get(`/media/${jobId}/missing${query}`)).status).toBe(404);
  });

  it('gives playlists as they are stored to who asks for that', async () => {
    expect((await get(`${await manifestOf(jobId)}&rewrite=no`)).text).toBe(FILES['master.m3u8']);
    expect((await get(`/media/${jobId}/master.m3u8?rewrite=no`)).status).toBe(403);
  });

  it('keeps ranges and conditional requests, and its files out of shared caches', async () => {
    const query = await queryOf(jobId);
    const segment = await get(`/media/${jobId}/${SEGMENT}${query}`, { range: 'bytes=2-4' });
    expect(segment).toMatchObject({
      status: 206,
      text: '234',
      headers: { 'cache-control': 'private, max-age=31536000, immutable' },
    });
    const url = await manifestOf(jobId);
    const { headers } = await get(url);
    expect(headers['cache-control']).toBe('private, no-cache');
    expect((await get(url, { 'if-none-match': headers.etag! })).status).toBe(304);
    // The same playlist with other signatures is another.
    api.now += HOUR_MS;
    expect((await get(await manifestOf(jobId), { 'if-none-match': headers.etag! })).status).toBe(200);
    expect(await api.send('HEAD', url)).toMatchObject({ status: 200, text: '' });
  });
});
