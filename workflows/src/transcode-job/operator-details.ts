import { isHardwareEncoder, type JobFold } from '@framefold/domain';

/**
 * A job in a few lines of Markdown, for the Temporal UI.
 *
 * @param inBatches chunks done by child workflows, which the fold does not hold
 */
export function operatorDetails(job: JobFold, inBatches: number): string {
  const done = [job.chunks, ...Object.values(job.renditionChunks ?? {})].flatMap((chunks) =>
    Object.values(chunks),
  );
  const retried = [...done, ...Object.values(job.audio)].filter((unit) => unit.temporalAttempt > 1).length;
  const lines = [
    job.paused === true ? `**${job.state}, paused**` : `**${job.state}**`,
    ...(job.plan === undefined
      ? []
      : [
          `- chunks: ${done.length + inBatches} of ${unitsOf(job, job.plan)} encoded`,
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

/** Encodes that the picture takes: one a chunk for all renditions together, and one a chunk for each that is by itself. */
function unitsOf(job: JobFold, { chunks, renditions }: NonNullable<JobFold['plan']>): number {
  const apart = Object.keys(job.renditionChunks ?? {}).length;
  const areAllApart =
    apart === renditions.length || renditions.some(({ encoder }) => isHardwareEncoder(encoder));
  return chunks.length * (areAllApart ? renditions.length : 1 + apart);
}
