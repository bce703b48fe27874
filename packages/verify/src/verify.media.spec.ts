import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { requireTool } from '@framefold/testing';
import type { TreeReader } from './tree-reader.ts';
import { verifyTree, type VerifyReport } from './verify.ts';

const run = promisify(execFile);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'framefold-verify-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const reader: TreeReader = {
  read: (uri, range) => Promise.resolve(readFileSync(fileURLToPath(uri)).subarray(range?.start, range?.end)),
  sizeOf: async (uri) => (await reader.read(uri))?.length,
};

/** Six seconds of picture with B-frames, and of sound. */
const SOURCE = [
  ...['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=6', '-f', 'lavfi', '-i', 'sine=440:r=48000:d=6'],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '48', '-sc_threshold', '0', '-c:a', 'aac'],
];
const LADDER = ['-map', '0:v', '-map', '0:v', '-map', '1:a', '-s:v:1', '160x90'];
const HLS = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod'];
const MASTER = [
  ...['-master_pl_name', 'master.m3u8', '-var_stream_map', 'v:0,agroup:a v:1,agroup:a a:0,agroup:a'],
];

/** Has ffmpeg's own muxer make a tree in the folder, and verifies it with ffprobe beside. */
async function verifyOutput(argv: readonly string[], manifest: string): Promise<VerifyReport> {
  await run(requireTool('ffmpeg'), ['-nostdin', '-v', 'error', ...SOURCE, ...argv], { cwd: folder });
  return verifyTree(reader, pathToFileURL(join(folder, manifest)).href, { libavformatStarts: startsOf });
}

async function startsOf(file: Buffer): Promise<{ video?: number | undefined; audio?: number | undefined }> {
  const path = join(folder, `start-${readdirSync(folder).length}`);
  writeFileSync(path, file);
  const argv = ['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_type,start_time', path];
  const { stdout } = await run(requireTool('ffprobe'), argv);
  const { streams } = JSON.parse(stdout) as { streams: { codec_type: string; start_time: string }[] };
  const startOf = (kind: string): number | undefined => {
    const time = streams.find(({ codec_type }) => codec_type === kind)?.start_time;
    return time === undefined ? undefined : Number(time);
  };
  return { video: startOf('video'), audio: startOf('audio') };
}

const codesOf = ({ findings }: VerifyReport): string[] =>
  [...new Set(findings.map(({ code }) => code))].sort();
const errorsOf = ({ findings }: VerifyReport): string[] =>
  [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code))].sort();

describe("HLS by ffmpeg's muxer", () => {
  // It leaves the sound out of the bandwidth of pictures (RFC 8216, 4.3.4.2: the sum is asked for).
  const soundNotCounted = ['AVERAGE_BANDWIDTH_WRONG', 'BANDWIDTH_WRONG'];

  it.each([
    ['transport streams', ['-hls_flags', 'independent_segments', '%v.m3u8'], [undefined, 1.4833]],
    [
      'fragmented MP4',
      ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init%v.mp4', '%v.m3u8'],
      [320, 0.083],
    ],
  ] as const)('has the right figures: %s', async (_, format, [width, startSeconds]) => {
    const report = await verifyOutput([...LADDER, ...HLS, ...MASTER, ...format], 'master.m3u8');
    expect(errorsOf(report)).toEqual(soundNotCounted);
    const tracks = new Map(report.tracks.map((track) => [track.name, track]));
    expect(tracks.get('0.m3u8')).toMatchObject({ codecs: 'avc1.64000C', segments: 3, samples: 144 });
    expect(tracks.get('0.m3u8')?.width).toBe(width);
    expect(tracks.get('0.m3u8')?.startSeconds).toBeCloseTo(startSeconds, 3);
    expect(tracks.get('2.m3u8')).toMatchObject({ kind: 'audio', codecs: 'mp4a.40.2', samples: 283 });
  });

  it.each([
    ['transport streams', ['a.m3u8']],
    ['transport streams in one file', ['-hls_flags', 'single_file', 'a.m3u8']],
    ['transport streams over a wrap of their clock', ['-output_ts_offset', '95440', 'a.m3u8']],
    ['fragmented MP4', ['-hls_segment_type', 'fmp4', 'a.m3u8']],
    ['fragmented MP4 in one file', ['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file', 'a.m3u8']],
  ])('has no findings with picture and sound together: %s', async (_, format) => {
    const report = await verifyOutput([...HLS, ...format], 'a.m3u8');
    expect(codesOf(report)).toEqual([]);
    expect(report.tracks).toMatchObject([
      { kind: 'video', samples: 144, segmentSamples: [48, 48, 48] },
      { kind: 'audio', samples: 283 },
    ]);
  });

  it.each(['ac3', 'eac3'])('counts frames of %s in transport streams', async (codec) => {
    const report = await verifyOutput([...HLS, '-c:a', codec, 'a.m3u8'], 'a.m3u8');
    expect(codesOf(report)).toEqual([]);
    expect(report.tracks[1]).toMatchObject({ codecs: codec === 'ac3' ? 'ac-3' : 'ec-3', samples: 188 });
  });

  it('is found out when a packet of a transport stream is lost', async () => {
    const argv = [...HLS, '-hls_flags', 'single_file', 'a.m3u8'];
    await verifyOutput(argv, 'a.m3u8');
    const path = join(folder, 'a.ts');
    const bytes = readFileSync(path);
    bytes.fill(0, 188 * 40, 188 * 40 + 1);
    writeFileSync(path, bytes);
    const report = await verifyTree(reader, pathToFileURL(join(folder, 'a.m3u8')).href);
    expect(codesOf(report)).toEqual(['SEGMENT_UNREADABLE']);
  });
});

describe("DASH by ffmpeg's muxer", () => {
  const dash = ['-f', 'dash', '-seg_duration', '2'];

  it.each([
    ['numbers on a timeline', []],
    ['numbers and a duration', ['-use_timeline', '0']],
    ['ranges of one file', ['-single_file', '1']],
  ])('has no findings: %s', async (_, format) => {
    const report = await verifyOutput([...LADDER, ...dash, ...format, 'a.mpd'], 'a.mpd');
    expect(codesOf(report)).toEqual([]);
    expect(report.tracks).toMatchObject([
      { codecs: 'avc1.64000C', width: 320, samples: 144, startSeconds: 0, libavformatStartSeconds: 0 },
      { codecs: 'avc1.64000A', width: 160, samples: 144, startSeconds: 0 },
      { codecs: 'mp4a.40.2', startSeconds: 0, libavformatStartSeconds: 0 },
    ]);
  });

  it.each([
    [
      'HEVC and E-AC-3',
      ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=none:open-gop=0', '-c:a', 'eac3'],
      ['hvc1', 'ec-3'],
    ],
    [
      'VP9 and Opus',
      ['-c:v', 'libvpx-vp9', '-cpu-used', '8', '-deadline', 'realtime', '-c:a', 'libopus'],
      ['vp09', 'Opus'],
    ],
    ['AV1 and AC-3', ['-c:v', 'libsvtav1', '-preset', '12', '-c:a', 'ac3'], ['av01', 'ac-3']],
  ])('names the codecs that its init holds: %s', async (_, codecs, entries) => {
    const report = await verifyOutput([...codecs, ...dash, '-dash_segment_type', 'mp4', 'a.mpd'], 'a.mpd');
    expect(codesOf(report).filter((code) => code !== 'BANDWIDTH_WRONG')).toEqual([]);
    expect(report.tracks.map((track) => track.codecs?.split('.')[0])).toEqual(entries);
  });

  it('is found out to show the first frame of a segment too early, where GOPs are open', async () => {
    const codecs = ['-an', '-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=none:open-gop=1'];
    const report = await verifyOutput([...codecs, ...dash, '-dash_segment_type', 'mp4', 'a.mpd'], 'a.mpd');
    const found = report.findings.map(({ code, where }) => `${code} ${where.replace(/ \(.*/, '')}`);
    expect(found.filter((finding) => finding.startsWith('PRESENTATION'))).toEqual([
      'PRESENTATION_OVERLAP 0, segment 1',
      'PRESENTATION_OVERLAP 0, segment 2',
    ]);
  });
});
