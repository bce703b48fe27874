import { guardedInput } from '../ffmpeg/input-args.ts';

/** ffmpeg's command line (without the program) that writes a track of text as WebVTT, on the source's own clock. */
export function subtitleArgv(sourceFile: string, streamIndex: number, outputFile: string): string[] {
  return [
    ...['-nostdin', '-v', 'error', '-y', '-copyts', ...guardedInput(sourceFile)],
    ...['-map', `0:${streamIndex}`, '-map_metadata', '-1', '-c:s', 'webvtt', '-f', 'webvtt', outputFile],
  ];
}
