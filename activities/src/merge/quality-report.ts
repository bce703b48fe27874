import {
  addQuality,
  CodedError,
  qualityOf,
  QualityRecord,
  storeKeys,
  vmafView,
  type Plan,
  type QualityReport,
} from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { JoinedRendition } from './join-rendition.ts';

/**
 * Puts together what was measured of a job's chunks.
 *
 * @param joined the renditions as they are published
 * @throws {CodedError} OUTPUT_INVALID when a chunk has not been measured, or not at what is published
 */
export async function qualityReport(
  store: ObjectStore,
  jobId: string,
  plan: Plan,
  joined: readonly JoinedRendition[],
): Promise<QualityReport> {
  if (plan.quality === undefined) throw new CodedError('INTERNAL', 'The plan wants no quality report.');
  const records = await Promise.all(plan.chunks.map(({ index }) => readRecord(store, jobId, index)));
  const renditions = plan.renditions.map(({ name }) => {
    const measured = records.flatMap(
      (record) => record.renditions.find((rendition) => rendition.name === name)?.segments ?? [],
    );
    const published = joined.find((rendition) => rendition.name === name)?.segments ?? [];
    if (measured.length !== published.length) {
      throw new CodedError(
        'OUTPUT_INVALID',
        `Rendition ${name}: ${measured.length} of ${published.length} segments are measured.`,
      );
    }
    const whole = addQuality(measured.map(({ sums }) => sums));
    return {
      name,
      frames: whole.frames,
      quality: qualityOf(whole),
      segments: measured.map(({ index, sums }, position) => ({
        index,
        path: published[position]?.path ?? '',
        frames: sums.frames,
        ...qualityOf(sums),
      })),
    };
  });
  const hasVmaf = renditions.some(({ quality }) => quality.vmaf !== undefined);
  return {
    version: 1,
    reference: plan.quality,
    ...(hasVmaf ? { vmaf: vmafView(plan.quality) } : {}),
    renditions,
  };
}

async function readRecord(store: ObjectStore, jobId: string, chunkIndex: number): Promise<QualityRecord> {
  const stored = await store.get(storeKeys.quality(jobId, chunkIndex));
  if (stored === undefined) throw new CodedError('OUTPUT_INVALID', `Chunk ${chunkIndex} is not measured.`);
  return QualityRecord.parse(JSON.parse(stored.toString()));
}
