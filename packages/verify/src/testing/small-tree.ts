import { masterPlaylist, mediaPlaylist, writeSegment } from '@framefold/media';
import { audioInit, videoInit } from '@framefold/media/testing';
import type { TreeReader } from '../tree-reader.ts';

/** Files by their path. */
export type Files = Map<string, Buffer>;

const ROOT = 'https://tree.example/';
const TARGET_SECONDS = 2;
/** Picture: 3 segments of 5 frames at 5 Hz from 1 s on. Sound: as many of 47 frames, from its priming before that. */
const PICTURE = { timescale: 90_000, ticks: 18_000, frames: 5, start: 90_000 };
const SOUND = { timescale: 48_000, ticks: 1024, frames: 47, start: 48_000 - 1024 };

/** How a segment departs from its place. */
export interface Departure {
  readonly shiftTicks?: number;
  readonly frames?: number;
  readonly ticks?: number;
  readonly isSync?: boolean;
  /** How much later each frame is shown than it is decoded, in ticks. */
  readonly delays?: readonly number[];
}

/** Segment `index` of a rendition, as it should be or with a departure. */
export function aSegment(rendition: string, index: number, departure: Departure = {}): Buffer {
  const shape = rendition === 'audio' ? SOUND : PICTURE;
  const {
    shiftTicks = 0,
    frames = shape.frames,
    ticks = shape.ticks,
    isSync = true,
    delays = [],
  } = departure;
  const start = shape.start + index * shape.frames * shape.ticks + shiftTicks;
  const samples = Array.from({ length: frames }, (_, frame) => ({
    bytes: Buffer.alloc(200),
    decodeTicks: start + frame * ticks,
    durationTicks: ticks,
    presentationTicks: start + frame * ticks + (delays[frame] ?? 0),
    isSync: rendition === 'audio' || (isSync && frame === 0),
  }));
  return writeSegment(samples, index + 1);
}

/** A tree of two pictures and a sound without a fault, by the writers of our own. */
export function smallTree(): Files {
  const files: Files = new Map();
  const bitsPerSecond: Record<string, number> = {};
  for (const name of ['360p', '180p', 'audio']) {
    const { timescale, ticks, frames } = name === 'audio' ? SOUND : PICTURE;
    const durationSeconds = (frames * ticks) / timescale;
    files.set(`${name}/init.mp4`, initOf(name));
    const uris = [0, 1, 2].map((index) => {
      const bytes = aSegment(name, index);
      files.set(`${name}/${index}.m4s`, bytes);
      bitsPerSecond[name] = Math.ceil((bytes.length * 8) / durationSeconds);
      return `${index}.m4s`;
    });
    const segments = uris.map((uri) => ({ uri, durationSeconds }));
    files.set(`${name}/playlist.m3u8`, Buffer.from(mediaPlaylist('init.mp4', segments, TARGET_SECONDS)));
  }
  const variants = ['360p', '180p'].map((name) => ({
    uri: `${name}/playlist.m3u8`,
    codecs: ['avc1.64001E', 'mp4a.40.2'],
    peakBitsPerSecond: (bitsPerSecond[name] ?? 0) + (bitsPerSecond.audio ?? 0),
    averageBitsPerSecond: (bitsPerSecond[name] ?? 0) + (bitsPerSecond.audio ?? 0),
    picture: { ...SIZES[name === '360p' ? '360p' : '180p'], frameRate: 5, range: 'SDR' as const },
    audioGroup: 'audio',
  }));
  const audio = { group: 'audio', uri: 'audio/playlist.m3u8', name: 'English', isDefault: true, channels: 2 };
  files.set('master.m3u8', Buffer.from(masterPlaylist(variants, [audio])));
  return files;
}

const SIZES = { '360p': { width: 640, height: 360 }, '180p': { width: 320, height: 180 } } as const;

function initOf(name: string): Buffer {
  if (name === 'audio') return audioInit();
  const { width, height } = SIZES[name === '360p' ? '360p' : '180p'];
  return videoInit(width, height);
}

/** The address of a path in {@link readerOf}'s tree. */
export function addressOf(path: string): string {
  return new URL(path, ROOT).href;
}

/** Reads files from memory, and remembers how many bytes were asked for. */
export function readerOf(files: Files): TreeReader & { readonly bytesRead: () => number } {
  const find = (uri: string): Buffer | undefined => files.get(uri.slice(ROOT.length));
  let bytesRead = 0;
  return {
    read: (uri, range) => {
      const bytes = find(uri)?.subarray(range?.start, range?.end);
      bytesRead += bytes?.length ?? 0;
      return Promise.resolve(bytes);
    },
    sizeOf: (uri) => Promise.resolve(find(uri)?.length),
    bytesRead: () => bytesRead,
  };
}

/** Replaces a part of a text file; a part that is not there would make a spec say nothing. */
export function edit(files: Files, path: string, part: string | RegExp, by: string): void {
  const text = files.get(path)?.toString('utf8') ?? '';
  const edited = text.replace(part, by);
  if (edited === text) throw new Error(`${path} has no ${String(part)}.`);
  files.set(path, Buffer.from(edited));
}
