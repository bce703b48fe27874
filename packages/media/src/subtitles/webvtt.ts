/** A stretch of text (https://www.w3.org/TR/webvtt1, 3.1). Times in seconds. */
export interface Cue {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Position and alignment, as written behind the times. */
  readonly settings: string;
  readonly text: string;
}

const TIMING =
  /^(?:(\d+):)?(\d\d):(\d\d)\.(\d\d\d)[ \t]+-->[ \t]+(?:(\d+):)?(\d\d):(\d\d)\.(\d\d\d)[ \t]*(.*)$/;

/** The cues of a WebVTT file; comments, styles and what is no cue are left out. */
export function readCues(file: string): Cue[] {
  const blocks = file
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => TIMING.test(line));
    const timing = TIMING.exec(lines[at] ?? '');
    if (timing === null) return [];
    const [, hours, minutes, seconds, millis, endHours, endMinutes, endSeconds, endMillis, settings] = timing;
    const toSeconds = (...parts: (string | undefined)[]): number => {
      const [h = 0, m = 0, s = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
      return h * 3600 + m * 60 + s + ms / 1000;
    };
    return [
      {
        startSeconds: toSeconds(hours, minutes, seconds, millis),
        endSeconds: toSeconds(endHours, endMinutes, endSeconds, endMillis),
        settings: settings ?? '',
        text: lines
          .slice(at + 1)
          .join('\n')
          .trimEnd(),
      },
    ];
  });
}

/** A stretch of a timeline onto which a source is put. */
export interface Stretch {
  /** What of the source's clock stands at its start. */
  readonly originSeconds: number;
  /** Where it begins on the timeline. */
  readonly startSeconds: number;
  /** Absent where it has no end. */
  readonly durationSeconds?: number;
}

/** Moves cues onto a stretch of a timeline, and cuts them at its ends. */
export function onTimeline(
  cues: readonly Cue[],
  { originSeconds, startSeconds: from, durationSeconds = Infinity }: Stretch,
): Cue[] {
  return cues.flatMap((cue) => {
    const startSeconds = from + Math.max(0, cue.startSeconds - originSeconds);
    const endSeconds = from + Math.min(durationSeconds, cue.endSeconds - originSeconds);
    return endSeconds > startSeconds ? [{ ...cue, startSeconds, endSeconds }] : [];
  });
}

/**
 * A WebVTT file for HLS (RFC 8216, 3.5).
 *
 * @param presentationOriginSeconds where the timeline of the cues begins on the clock of picture and sound
 */
export function writeWebVtt(cues: readonly Cue[], presentationOriginSeconds: number): string {
  const map = `X-TIMESTAMP-MAP=MPEGTS:${presentationOriginSeconds * 90_000},LOCAL:00:00:00.000`;
  const blocks = cues.map(({ startSeconds, endSeconds, settings, text }) =>
    `${clock(startSeconds)} --> ${clock(endSeconds)} ${settings}`.trimEnd().concat('\n', text),
  );
  return `${[`WEBVTT\n${map}`, ...blocks].join('\n\n')}\n`;
}

function clock(seconds: number): string {
  const millis = Math.round(seconds * 1000);
  const pad = (value: number, length = 2): string => String(Math.floor(value)).padStart(length, '0');
  return `${pad(millis / 3_600_000)}:${pad((millis / 60_000) % 60)}:${pad((millis / 1000) % 60)}.${pad(millis % 1000, 3)}`;
}
