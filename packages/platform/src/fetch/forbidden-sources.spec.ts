import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forbiddenUrls, startCanary, startRebindingDns, type Canary } from '@framefold/testing';
import { downloadTo } from './download.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';

describe('sources inside of the network', () => {
  let canary: Canary;
  let folder: string;
  beforeAll(async () => {
    canary = await startCanary();
    folder = await mkdtemp(join(tmpdir(), 'framefold-forbidden-'));
  });
  afterAll(async () => {
    await canary.close();
    await rm(folder, { recursive: true });
  });

  const download = (guardedFetch: GuardedFetch, url: string): Promise<number> =>
    downloadTo(guardedFetch, new URL(url), join(folder, 'source'), {
      maxBytes: 1_000,
      signal: new AbortController().signal,
      pausesSeconds: [],
    });

  it('has a canary that sings', async () => {
    const guardedFetch = createGuardedFetch({ privateNetworks: 'allow' });
    const before = canary.visits();
    expect(await download(guardedFetch, `http://127.0.0.1:${canary.port}/`)).toBe('secret'.length);
    expect(canary.visits()).toBe(before + 1);
    await rm(join(folder, 'source'));
  });

  it.each(forbiddenUrls(0).map((url) => url.replace(':0/', ':PORT/')))('are not fetched: %s', async (url) => {
    const before = canary.visits();
    const guardedFetch = createGuardedFetch({ privateNetworks: 'deny' });
    await expect(download(guardedFetch, url.replace('PORT', String(canary.port)))).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
    expect(canary.visits()).toBe(before);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are not reached by a name that changes its meaning after it was checked', async () => {
    const before = canary.visits();
    const dns = await startRebindingDns();
    try {
      const guardedFetch = createGuardedFetch({ privateNetworks: 'deny', lookup: dns.lookup });
      const url = `http://rebinding.example:${canary.port}/film.mp4`;
      await expect(download(guardedFetch, url)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      expect(dns.answers).toEqual(['2d00::1']);
      await expect(download(guardedFetch, url)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
      expect(dns.answers).toEqual(['2d00::1', '127.0.0.1']);
      expect(canary.visits()).toBe(before);
    } finally {
      await dns.close();
    }
  });
});
