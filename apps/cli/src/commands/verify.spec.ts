import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '@framefold/config';
import type { Io } from '../io.ts';
import { verify } from './verify.ts';

const PLAYLIST = [
  ...['#EXTM3U', '#EXT-X-VERSION:4'],
  ...['#EXT-X-TARGETDURATION:2', '#EXTINF:2,', 'a.vtt', '#EXTINF:2,', 'b.vtt', '#EXT-X-ENDLIST'],
].join('\n');
const TEXT = 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n';

let folder: string;
let stdout: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framefold-verify-'));
  stdout = '';
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

function io(): Io {
  const partial: Pick<Io, 'stdout' | 'cwd' | 'loadConfig'> = {
    stdout: { write: (text) => (stdout += text) },
    cwd: folder,
    loadConfig: () => loadConfig({}, folder),
  };
  return partial as Io;
}

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Serves files; knows no ranges, as the simplest servers. */
async function serve(files: Record<string, string>): Promise<string> {
  server = createServer((request, response) => {
    const content = files[request.url?.slice(1) ?? ''];
    if (content === undefined) response.writeHead(request.url === '/broken' ? 500 : 404).end();
    else
      response
        .setHeader('Content-Length', Buffer.byteLength(content))
        .end(request.method === 'HEAD' ? '' : content);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('verify', () => {
  it('draws a table of a tree without faults', async () => {
    write({ 'tree/list.m3u8': PLAYLIST, 'tree/a.vtt': TEXT, 'tree/b.vtt': TEXT });
    expect(await verify('tree/list.m3u8', {}, io())).toBe(0);
    expect(stdout).toMatch(/^TRACK +KIND +CODECS/);
    expect(stdout).toMatch(/^list\.m3u8 +text +wvtt +- +2 +2 +4\.000/m);
    expect(stdout).toContain('1 track, 0 errors, 0 warnings\n');
  });

  it('exits 1 and says what is wrong', async () => {
    write({ 'list.m3u8': PLAYLIST, 'a.vtt': TEXT });
    expect(await verify('list.m3u8', {}, io())).toBe(1);
    expect(stdout).toContain('error: FILE_MISSING: list.m3u8, segment 1 (b.vtt): ');
    expect(stdout).toContain('1 track, 1 error, 0 warnings\n');
  });

  it('prints a report as JSON in one line', async () => {
    write({ 'list.m3u8': PLAYLIST, 'a.vtt': TEXT });
    expect(await verify('list.m3u8', { json: true }, io())).toBe(1);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      tracks: [{ name: 'list.m3u8' }],
      findings: [{ severity: 'error', code: 'FILE_MISSING' }],
    });
  });

  it('reads from a server', async () => {
    const origin = await serve({ 'list.m3u8': PLAYLIST, 'a.vtt': TEXT });
    for (const address of [origin, origin.replace('http', 'HTTP')]) {
      stdout = '';
      expect(await verify(`${address}/list.m3u8`, {}, io())).toBe(1);
      expect(stdout).toContain('error: FILE_MISSING: list.m3u8, segment 1 (b.vtt)');
    }
  });

  it('reads byte ranges of a server that knows none', async () => {
    const ranged = PLAYLIST.replace('a.vtt', '#EXT-X-BYTERANGE:40@0\nall.vtt').replace(
      'b.vtt',
      `#EXT-X-BYTERANGE:${TEXT.length}@40\nall.vtt`,
    );
    const origin = await serve({ 'list.m3u8': ranged, 'all.vtt': TEXT.padEnd(40, '\n') + TEXT });
    expect(await verify(`${origin}/list.m3u8`, {}, io())).toBe(0);
  });

  it('does not read files of this machine for a server', async () => {
    write({ 'a.vtt': TEXT });
    const origin = await serve({
      'list.m3u8': PLAYLIST.replace('a.vtt', `file://${folder}/a.vtt`),
      'b.vtt': TEXT,
    });
    expect(await verify(`${origin}/list.m3u8`, {}, io())).toBe(1);
    expect(stdout).toContain('error: FILE_MISSING: list.m3u8, segment 0 (a.vtt)');
  });

  it('gives up on a server that fails', async () => {
    const origin = await serve({});
    await expect(verify(`${origin}/broken`, {}, io())).rejects.toMatchObject({ code: 'TREE_UNREACHABLE' });
  });
});
