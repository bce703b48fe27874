import { inputOf, type Plan, type PlannedChunk } from '@framefold/domain';
import type { Seek } from './chunk-argv.ts';
import { seekArgs } from './chunk-argv.ts';
import { guardedInput } from './input-args.ts';

/** Behind a chunk's last frame: room for reordered frames, and for filters that look ahead. */
const TAIL_SECONDS = 1;

/** What a slice is put into: MP4 holds most codecs, and QuickTime those of cameras and studios. */
export const SLICE_CONTAINERS = ['mp4', 'mov'] as const;
export type SliceContainer = (typeof SLICE_CONTAINERS)[number];

/**
 * The ffmpeg command line (without the program) that copies the part of the source that a chunk is made from, as it is
 * and with its own times, into a file of its own. What is encoded from it has the same bytes as from the whole source.
 */
export function sliceArgv(
  plan: Plan,
  chunk: PlannedChunk,
  sourceFile: string,
  outputFile: string,
  seek: Seek,
  container: SliceContainer,
): string[] {
  const { timeBase, streamIndex } = inputOf(plan, chunk);
  const end = chunk.segments.at(-1)?.sourceEndPts;
  const endSeconds = end === undefined ? undefined : (end * timeBase.num) / timeBase.den + TAIL_SECONDS;
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y'],
    ...seekArgs(plan, chunk, seek),
    ...guardedInput(sourceFile),
    ...['-map', `0:${streamIndex}`, '-c', 'copy', '-avoid_negative_ts', 'disabled'],
    // ffmpeg takes no end before zero; what lies there is short.
    ...(endSeconds === undefined || endSeconds <= 0 ? [] : ['-to', endSeconds.toFixed(6)]),
    ...['-video_track_timescale', String(timeBase.den), '-f', container, outputFile],
  ];
}

/** The plan as it is carried out on a slice, which holds nothing but the picture around its chunk. */
export function planOfSlice(plan: Plan, chunk: PlannedChunk): Plan {
  const input = { ...inputOf(plan, chunk), streamIndex: 0, firstPts: chunk.seekPts };
  return { ...plan, inputs: plan.inputs.with(chunk.input, input) };
}
