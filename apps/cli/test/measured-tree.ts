import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from '@framefold/testing';
import HLS from 'hls-parser';

const run = promisify(execFile);

/** A media playlist, and what lies behind it as measured without Framefold's own readers. */
export interface MeasuredPlaylist {
  readonly durationSeconds: number;
  /** Bit rates over segments, in bit/s. */
  readonly peakBitsPerSecond: number;
  readonly averageBitsPerSecond: number;
  /** As ffprobe reads the playlist. */
  readonly stream: {
    readonly codec_name: string;
    readonly profile: string;
    readonly level?: number;
    readonly width?: number;
    readonly height?: number;
    readonly channels?: number;
  };
}

/** Reads a master playlist, strictly. */
export async function readMaster(path: string): Promise<HLS.types.MasterPlaylist> {
  const playlist = await readPlaylist(path);
  if (!(playlist instanceof HLS.types.MasterPlaylist)) throw new Error(`${path} is no master playlist.`);
  return playlist;
}

/** Reads a media playlist, strictly, and measures its segments. */
export async function measurePlaylist(path: string): Promise<MeasuredPlaylist> {
  const playlist = await readPlaylist(path);
  if (!(playlist instanceof HLS.types.MediaPlaylist)) throw new Error(`${path} is no media playlist.`);
  const { segments } = playlist;
  const sizes = await Promise.all(segments.map(({ uri }) => stat(join(dirname(path), uri))));
  const durationSeconds = segments.reduce((sum, segment) => sum + segment.duration, 0);
  const bits = sizes.map(({ size }) => size * 8);
  const { stdout } = await run(requireTool('ffprobe'), [
    ...['-v', 'error', '-of', 'json', '-allowed_extensions', 'ALL'],
    ...['-show_entries', 'stream=codec_name,profile,level,width,height,channels', path],
  ]);
  const { streams } = JSON.parse(stdout) as { streams: MeasuredPlaylist['stream'][] };
  if (streams.length !== 1 || streams[0] === undefined) throw new Error(`${path} is not of one track.`);
  return {
    durationSeconds,
    peakBitsPerSecond: Math.max(...bits.map((size, index) => size / (segments[index]?.duration ?? NaN))),
    averageBitsPerSecond: bits.reduce((sum, size) => sum + size, 0) / durationSeconds,
    stream: streams[0],
  };
}

async function readPlaylist(path: string): Promise<HLS.types.Playlist> {
  HLS.setOptions({ strictMode: true });
  return HLS.parse(await readFile(path, 'utf8'));
}
