import type { JobView } from '@framefold/domain';

/** Lines that show how long a job was in each state, and how fast its segments were encoded. */
export function whereTimeGoes({ phases, segments }: JobView): string[] {
  const states = phases.map(({ state, startedAt, endedAt }) => {
    const length = endedAt === undefined ? 'not ended' : `${((endedAt - startedAt) / 1000).toFixed(2)} s`;
    return `  ${state}: ${length}`;
  });
  // All renditions of a segment come from one encoder, and tell the same speed.
  const speeds = new Map(segments.map(({ index, speed }) => [index, speed]));
  const perSegment = [...speeds.values()].map((speed) => (speed === undefined ? '?' : speed.toFixed(2)));
  return ['Where the time goes:', ...states, `  segments, times real time: ${perSegment.join(' ')}`];
}
