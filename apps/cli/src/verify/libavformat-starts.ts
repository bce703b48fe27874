import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { LibavformatStarts } from '@framefold/verify';

/** What a segment may be; nothing that makes ffprobe open something else. */
const FORMATS = 'mov,mpegts';

/**
 * Starts as ffprobe tells them, which reads from a pipe alone.
 *
 * @param ffprobe path of the program
 */
export function libavformatStarts(ffprobe: string): LibavformatStarts {
  return async (file) => {
    const argv = [
      ...['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_type,start_time'],
      ...['-protocol_whitelist', 'pipe', '-format_whitelist', FORMATS, '-i', 'pipe:0'],
    ];
    const child = spawn(ffprobe, argv, { stdio: ['pipe', 'pipe', 'ignore'] });
    // ffprobe stops reading when it knows enough.
    child.stdin.on('error', () => undefined);
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    child.stdin.end(file);
    const streams = streamsOf(await Promise.race([text(child.stdout), failed]));
    const startOf = (kind: string): number | undefined => {
      const seconds = Number(streams.find(({ codec_type }) => codec_type === kind)?.start_time);
      return Number.isFinite(seconds) ? seconds : undefined;
    };
    return { video: startOf('video'), audio: startOf('audio') };
  };
}

interface ProbedStream {
  readonly codec_type?: string;
  readonly start_time?: string;
}

/** A file that ffprobe can't read has no streams. */
function streamsOf(output: string): readonly ProbedStream[] {
  try {
    return (JSON.parse(output) as { streams?: ProbedStream[] }).streams ?? [];
  } catch {
    return [];
  }
}
