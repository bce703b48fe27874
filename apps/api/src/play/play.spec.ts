import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('the player page', () => {
  it('is there for any job, with all its files and no script inside', async () => {
    const page = await api.send('GET', '/play/01936b2e-0000-7000-8000-000000000000');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/);
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(3);
    for (const path of files) expect((await api.send('GET', path)).status).toBe(200);
  });

  it('is made of modules that are all there', async () => {
    const pending = ['/play/assets/play.js'];
    const seen = new Set(pending);
    for (const path of pending) {
      const { status, headers, text } = await api.send('GET', path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers['content-type']).toMatch(/^text\/javascript/);
      for (const [, name] of text.matchAll(/^(?:import|export) .*from ['"](.+)['"]/gm)) {
        const imported = new URL(name!, `http://api${path}`).pathname;
        if (!seen.has(imported)) pending.push(imported);
        seen.add(imported);
      }
    }
    expect(seen).toContain('/play/assets/client/index.js');
    expect(seen).toContain('/play/assets/client/follow-job.js');
  });

  it('may run its own scripts only', async () => {
    const policy = (await api.send('GET', '/play/x')).headers['content-security-policy'] as string;
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  it('is not there for what is no id', async () => {
    expect((await api.send('GET', '/play/x')).json.code).toBe('JOB_NOT_FOUND');
    expect((await api.send('GET', '/play/assets/..%2f..%2fpackage.json')).status).toBe(404);
    for (const path of ['..%2fpackage.json', '..%2fsrc%2findex.ts', 'none.js']) {
      const { status, json } = await api.send('GET', `/play/assets/client/${path}`);
      expect([path, status >= 400, typeof json.code]).toEqual([path, true, 'string']);
    }
  });
});
