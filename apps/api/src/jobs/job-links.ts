import type { Config } from '@framefold/config';
import { jobWorkflowId } from '@framefold/workflows/contract';
import { z } from 'zod';

/** Where else a job can be looked at. Addresses without a host are relative to this service. */
export const JobLinks = z.object({
  self: z.string(),
  manifest: z.string().describe('The HLS master playlist, when the job is complete'),
  play: z.string().describe('A page that plays it'),
  temporal: z.string().describe("The job's history in Temporal UI"),
});
export type JobLinks = z.infer<typeof JobLinks>;

export function jobLinks(jobId: string, { ports, temporal }: Pick<Config, 'ports' | 'temporal'>): JobLinks {
  const namespace = encodeURIComponent(temporal.namespace);
  return {
    self: `/api/jobs/${jobId}`,
    manifest: `/api/jobs/${jobId}/manifest`,
    play: `/play/${jobId}`,
    temporal: `http://127.0.0.1:${ports.temporalUi}/namespaces/${namespace}/workflows/${jobWorkflowId(jobId)}`,
  };
}
