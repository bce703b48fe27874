import type { MeasureBatchInput } from '../contract/workflows.ts';
import { followJob } from '../controls/children.ts';
import { measureChunks } from './measure-chunks.ts';

/** Compares a part of a long job with its source, so that the job's own history stays small. */
export async function measureBatch(input: MeasureBatchInput): Promise<void> {
  followJob();
  await measureChunks(input);
}
