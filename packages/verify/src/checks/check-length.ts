import { fault, inSeconds, type Finding } from '../findings.ts';
import type { TrackFigures } from './check-track.ts';

/** MPDs round, and some count the priming of sound, or what an edit list hides. */
const TOLERANCE_SECONDS = 0.5;

/**
 * Holds an MPD's `mediaPresentationDuration` (ISO/IEC 23009-1, 5.3.1.2) against its tracks. It may be the length of any
 * of them, or where one of them ends: which is meant differs among writers.
 *
 * @param declaredSeconds undefined where nothing is declared
 * @param periods the tracks of each; where one was not measured to its end, nothing is compared
 */
export function checkLength(
  declaredSeconds: number | undefined,
  periods: readonly (readonly TrackFigures[])[],
): readonly Finding[] {
  if (declaredSeconds === undefined) return [];
  const lengths = periods.map((tracks) =>
    tracks.flatMap(({ kind, durationSeconds, endSeconds }) =>
      kind === 'text' ? [] : [{ shortest: durationSeconds, longest: endSeconds ?? Infinity }],
    ),
  );
  const least = sumOf(lengths.map((tracks) => Math.min(...tracks.map(({ shortest }) => shortest))));
  const most = sumOf(
    lengths.map((tracks) => Math.max(...tracks.map(({ shortest, longest }) => Math.max(shortest, longest)))),
  );
  if (!Number.isFinite(least) || !Number.isFinite(most)) return [];
  if (declaredSeconds >= least - TOLERANCE_SECONDS && declaredSeconds <= most + TOLERANCE_SECONDS) return [];
  const message = `It says that it lasts ${inSeconds(declaredSeconds)}; its tracks last from ${inSeconds(least)} to ${inSeconds(most)}.`;
  return [fault('DURATION_WRONG', 'MPD', message)];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
