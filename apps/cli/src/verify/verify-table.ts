import type { VerifiedTrack, VerifyReport } from '@framefold/verify';
import { columns, formatBitrate, formatBytes } from '../format.ts';

/** A segment's fault often repeats on all that follow. */
const SHOWN_FINDINGS = 40;

/** A report for people: tracks, a line each, then findings, errors first, then a verdict. */
export function verifyTable({ tracks, findings }: VerifyReport): string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const shown = [...errors, ...warnings].slice(0, SHOWN_FINDINGS);
  const more = findings.length - shown.length;
  return [
    ...(tracks.length === 0 ? [] : trackTable(tracks)),
    ...(tracks.length === 0 || findings.length === 0 ? [] : ['']),
    ...shown.map(({ severity, code, where, message }) => `${severity}: ${code}: ${where}: ${message}`),
    ...(more > 0 ? [`and ${more} more; --json has them all`] : []),
    '',
    `${counted(tracks.length, 'track')}, ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}`,
  ];
}

function trackTable(tracks: readonly VerifiedTrack[]): string[] {
  const heading = [
    ...['TRACK', 'KIND', 'CODECS', 'PICTURE', 'SEGMENTS', 'FRAMES', 'SECONDS'],
    ...['START', 'LIBAVFORMAT', 'PEAK', 'AVERAGE', 'SIZE'],
  ];
  return columns([heading, ...tracks.map(trackRow)]);
}

function trackRow(track: VerifiedTrack): string[] {
  return [
    track.name,
    track.kind,
    track.codecs ?? '-',
    track.width === undefined ? '-' : `${track.width}x${track.height}`,
    String(track.segments),
    String(track.samples),
    track.durationSeconds.toFixed(3),
    track.startSeconds?.toFixed(4) ?? '-',
    track.libavformatStartSeconds?.toFixed(4) ?? '-',
    formatBitrate(track.peakBitsPerSecond),
    formatBitrate(track.averageBitsPerSecond),
    formatBytes(track.sizeBytes),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
