/**
 * Containers that ffmpeg may open. Playlists, concat lists, SDP and image sequences are left out: they can name other
 * files and hosts.
 */
const FORMATS = 'mov,matroska,mpegts,flv,avi,mpeg,mp3,aac,wav,ogg,asf,mxf';

/** Protocols: local files alone; the worker fetches what lies elsewhere. */
const PROTOCOLS = 'file,pipe';

/** Limits of what is read to find out what a file is: 20 MB and 20 s. */
const ANALYSIS = ['-probesize', '20000000', '-analyzeduration', '20000000'] as const;

/** Options before `-i` that bound what ffmpeg and ffprobe do with an untrusted file. */
export function guardedInput(sourceFile: string): string[] {
  return [
    '-protocol_whitelist',
    PROTOCOLS,
    '-format_whitelist',
    FORMATS,
    ...ANALYSIS,
    '-i',
    `file:${sourceFile}`,
  ];
}
