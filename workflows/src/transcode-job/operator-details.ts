import type { JobFold } from '@framefold/domain';

/**
 * A job in a few lines of Markdown, for the Temporal UI.
 *
 * @param chunksInBatches chunks done by child workflows, which the fold does not hold
 */
export function operatorDetails(job: JobFold, chunksInBatches: number): string {
  const done = Object.values(job.chunks);
  const retried = [...done, ...Object.values(job.audio)].filter((unit) => unit.temporalAttempt > 1).length;
  const lines = [
    `**${job.state}**`,
    ...(job.plan === undefined
      ? []
      : [
          `- chunks: ${done.length + chunksInBatches} of ${job.plan.chunks.length} encoded`,
          `- audio: ${Object.keys(job.audio).length} of ${job.plan.audio.length} encoded`,
        ]),
    ...(retried === 0 ? [] : [`- units that took more than one attempt: ${retried}`]),
    ...job.warnings.map((warning) => `- warning ${warning.code}: ${warning.message}`),
    ...(job.failure === undefined
      ? []
      : [`- failed in ${job.failure.phase}: ${job.failure.code}: ${job.failure.message}`]),
  ];
  return lines.join('\n');
}
