import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from './tools.ts';

const run = promisify(execFile);

const COLOUR_TAGS = ['color_primaries', 'color_transfer', 'color_space', 'color_range'] as const;

/** A finished rendition as a decoder sees it. */
export interface DecodedRendition {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  /** Decoded frames of a picture, or blocks of sound. */
  readonly frames: number;
  readonly width?: number;
  readonly height?: number;
  /** Of a picture, in the words of ffprobe: primaries, transfer, matrix and range. */
  readonly colour?: string;
  /** First presentation time on the track's own clock, in seconds: about 1 s, the presentation origin. */
  readonly startSeconds: number;
  /** Time from the first frame's start to the last one's. */
  readonly spanSeconds: number;
  /** The longest time between two frames. */
  readonly longestStepSeconds: number;
}

/** Decodes every rendition of picture and sound of a finished tree, init and segments put together in the playlist's order. */
export async function decodeTree(folder: string): Promise<DecodedRendition[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('subtitles-'))
    .map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => decodeRendition(join(folder, name, 'playlist.m3u8'), name)));
}

/**
 * Hands a finished rendition as one file to `use`: its init and segments put together in the playlist's order.
 *
 * @param playlist path of the rendition's playlist
 */
export async function withJoined<T>(playlist: string, use: (file: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'framefold-decode-'));
  try {
    const file = join(scratch, 'whole.mp4');
    await writeFile(file, await joinSegments(playlist));
    return await use(file);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function decodeRendition(playlist: string, name: string): Promise<DecodedRendition> {
  return withJoined(playlist, async (file) => {
    const { stdout } = await run(
      requireTool('ffprobe'),
      [
        '-v',
        'error',
        '-of',
        'json',
        '-show_entries',
        `frame=pts_time:stream=codec_type,width,height,${COLOUR_TAGS.join(',')}`,
        file,
      ],
      { maxBuffer: 1 << 28 },
    );
    const { frames, streams } = JSON.parse(stdout) as {
      frames: { pts_time: string }[];
      streams: ({ codec_type: 'video' | 'audio'; width?: number; height?: number } & Partial<
        Record<(typeof COLOUR_TAGS)[number], string>
      >)[];
    };
    const times = frames.map((frame) => Number(frame.pts_time));
    const [stream] = streams;
    if (stream === undefined) throw new Error(`${name} holds no track.`);
    return {
      name,
      kind: stream.codec_type,
      frames: frames.length,
      ...(stream.width === undefined ? {} : { width: stream.width }),
      ...(stream.height === undefined
        ? {}
        : { height: stream.height, colour: COLOUR_TAGS.map((tag) => stream[tag] ?? 'none').join(' ') }),
      startSeconds: times[0] ?? NaN,
      spanSeconds: (times.at(-1) ?? NaN) - (times[0] ?? NaN),
      longestStepSeconds: times
        .slice(1)
        .reduce((most, time, index) => Math.max(most, time - (times[index] ?? NaN)), 0),
    };
  });
}

async function joinSegments(playlist: string): Promise<Buffer> {
  const text = await readFile(playlist, 'utf8');
  const init = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1];
  const segments = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (init === undefined) throw new Error(`${playlist} names no init segment.`);
  return Buffer.concat(
    await Promise.all([init, ...segments].map((uri) => readFile(join(dirname(playlist), uri)))),
  );
}
