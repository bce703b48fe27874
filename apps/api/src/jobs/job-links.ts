import type { Config } from '@framefold/config';
import { jobWorkflowId } from '@framefold/workflows/contract';
import { z } from 'zod';

/** The master playlist in the output of every job. */
const MASTER = 'master.m3u8';

/** Where else a job can be looked at. Addresses without a host are relative to this service. */
export const JobLinks = z.object({
  self: z.string(),
  manifest: z
    .string()
    .describe(
      'The HLS master playlist, when the job is complete; where URLs are signed, its query serves for every file of the output, for a day',
    ),
  play: z.string().describe('A page that plays it'),
  temporal: z.string().describe("The job's history in Temporal UI"),
});
export type JobLinks = z.infer<typeof JobLinks>;

/** @param playbackQuery by which output can be read; empty where none is needed */
export function jobLinks(
  jobId: string,
  config: Pick<Config, 'ports' | 'temporal'>,
  playbackQuery: string,
): JobLinks {
  return {
    self: `/api/jobs/${jobId}`,
    // A player has no key for the API, only the URL.
    manifest:
      playbackQuery === '' ? `/api/jobs/${jobId}/manifest` : `/media/${jobId}/${MASTER}${playbackQuery}`,
    play: `/play/${jobId}`,
    temporal: temporalUiUrl(jobWorkflowId(jobId), config),
  };
}

/** Where Temporal UI shows a workflow. */
export function temporalUiUrl(
  workflowId: string,
  { ports, temporal }: Pick<Config, 'ports' | 'temporal'>,
): string {
  const namespace = encodeURIComponent(temporal.namespace);
  return `http://127.0.0.1:${ports.temporalUi}/namespaces/${namespace}/workflows/${workflowId}`;
}
