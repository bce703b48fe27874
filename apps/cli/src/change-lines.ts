import type { Job } from '@framefold/client';
import { formatBitrate, formatSeconds } from './format.ts';
import { figures, phaseOf } from './progress-view.ts';

const stepPercent = 10;

/**
 * What has changed from one look at a job to the next, a line each, for a log: state, plan, every ten percent,
 * finished renditions, warnings.
 *
 * @param now ms since the epoch, for the time left
 */
export function changeLines(former: Job | undefined, job: Job, now: number): string[] {
  const merged = new Set(
    former?.renditions.filter((rendition) => rendition.measured).map(({ name }) => name),
  );
  return [
    ...(former?.status === job.status && former.waitingFor === job.waitingFor ? [] : [phaseOf(job)]),
    ...(former?.plan === undefined && job.plan !== undefined ? [planLine(job, job.plan)] : []),
    ...(stepOf(job) > stepOf(former) && job.status === 'transcoding' ? [figures(job, now).join(', ')] : []),
    ...job.renditions.flatMap(({ name, measured }) =>
      measured === undefined || merged.has(name)
        ? []
        : [`${name}: ready, ${measured.segments} segments, ${formatBitrate(measured.averageBitsPerSecond)}`],
    ),
    ...job.warnings
      .slice(former?.warnings.length ?? 0)
      .map(({ code, message }) => `warning: ${code}: ${message}`),
  ];
}

function stepOf(job: Job | undefined): number {
  return job === undefined ? 0 : Math.floor(job.progress.percent / stepPercent);
}

function planLine(job: Job, plan: NonNullable<Job['plan']>): string {
  const names = [...job.profiles, ...job.audioProfiles].map(({ name }) => name).join(', ');
  return `plan: ${names}; ${plan.frames} frames, ${formatSeconds(plan.durationSeconds)}, ${plan.segments} segments`;
}
