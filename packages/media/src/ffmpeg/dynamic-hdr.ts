import { guardedInput } from './input-args.ts';

/**
 * ffmpeg's command line (without the program) for what comes with a track's first frame, on stderr. Containers do not
 * tell of what codecs carry with each frame.
 */
export function frameDataArgv(sourceFile: string, streamIndex: number): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'info'],
    ...guardedInput(sourceFile),
    ...['-map', `0:${streamIndex}`, '-frames:v', '1', '-vf', 'showinfo', '-f', 'null', '-'],
  ];
}

/** Whether the output of `frameDataArgv` tells of metadata of HDR10+ (SMPTE ST 2094-40). */
export function tellsDynamicHdr(stderr: string): boolean {
  return /side data - HDR10\+|SMPTE ?(ST )?2094-40/i.test(stderr);
}
