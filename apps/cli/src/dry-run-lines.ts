import type { DryRun } from '@framefold/client';
import { columns, formatBitrate, formatBytes, formatSeconds } from './format.ts';

/** What a job would be as lines for people, or why it would be none. */
export function dryRunLines(dryRun: DryRun): string[] {
  const { title, plan, profiles, audioProfiles, warnings, estimate, failure } = dryRun;
  if (failure !== undefined)
    return [`${title} can't be transcoded.`, `${failure.code}: ${failure.message}`, failure.hint];
  const renditions = [
    ...profiles.map(({ name, width, height, codec, preset, averageKbps, maxrateKbps }) => [
      `  ${name}`,
      `${width}x${height}`,
      `${codec} ${preset}`,
      averageKbps === undefined
        ? `at most ${formatBitrate(maxrateKbps * 1000)}`
        : formatBitrate(averageKbps * 1000),
    ]),
    ...audioProfiles.map(({ name, codec, channels, bitrateKbps }) => [
      `  ${name}`,
      `${channels} channels`,
      codec,
      formatBitrate(bitrateKbps * 1000),
    ]),
  ];
  return [
    ...(plan === undefined
      ? []
      : [
          `${title}: ${formatSeconds(plan.durationSeconds)}, ${plan.frames} frames, ${plan.segments} segments in ${plan.chunks} chunks`,
        ]),
    ...columns(renditions),
    ...(estimate === undefined
      ? []
      : [
          `About ${formatSeconds(estimate.encodeSeconds)} of encoding and ${formatBytes(estimate.outputBytes)}, ${basisOf(estimate)}.`,
        ]),
    ...warnings.map(({ code, message }) => `! ${code}: ${message}`),
  ];
}

function basisOf({ basedOn }: NonNullable<DryRun['estimate']>): string {
  if (basedOn === 0) return 'a rough guess: no job like it has finished here';
  return `by ${basedOn} finished ${basedOn === 1 ? 'job' : 'jobs'}`;
}
