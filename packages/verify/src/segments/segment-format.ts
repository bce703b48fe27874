const FIRST_BOXES = ['styp', 'moof', 'sidx', 'ftyp', 'emsg', 'prft', 'free', 'moov'];

/** What a segment is, by its first bytes. */
export type SegmentFormat = 'mp4' | 'ts' | 'webvtt' | 'unknown';

/** Tells a segment's format; names and MIME types are not to be relied on. */
export function formatOf(beginning: Buffer): SegmentFormat {
  if (FIRST_BOXES.includes(beginning.toString('latin1', 4, 8))) return 'mp4';
  if (beginning[0] === 0x47 && (beginning.length < 189 || beginning[188] === 0x47)) return 'ts';
  if (
    beginning
      .toString('utf8', 0, 9)
      .replace(/^\uFEFF/, '')
      .startsWith('WEBVTT')
  )
    return 'webvtt';
  return 'unknown';
}
