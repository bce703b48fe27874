/** What a block of `-progress` output says. */
export interface FfmpegProgress {
  readonly frames: number | undefined;
  /** How far the output has come, in seconds. */
  readonly outSeconds: number | undefined;
}

/**
 * Collects the `key=value` lines of ffmpeg's `-progress` into blocks.
 * https://ffmpeg.org/ffmpeg.html (option -progress)
 *
 * @returns a function to call with each line; it returns the block that the line completes, if it does
 */
export function progressReader(): (line: string) => FfmpegProgress | undefined {
  let block = new Map<string, string>();
  return (line) => {
    const split = line.indexOf('=');
    if (split <= 0) return undefined;
    const key = line.slice(0, split).trim();
    const value = line.slice(split + 1).trim();
    if (key !== 'progress') {
      block.set(key, value);
      return undefined;
    }
    const micros = parseNumber(block.get('out_time_us'));
    const progress = {
      frames: parseNumber(block.get('frame')),
      outSeconds: micros === undefined ? undefined : micros / 1_000_000,
    };
    block = new Map();
    return progress;
  };
}

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === 'N/A') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
