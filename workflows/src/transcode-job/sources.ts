import type { JobEventData, SourceMeta } from '@framefold/domain';
import { media } from '../activities.ts';
import type { JobSources, OfSources, SourceRef } from '../contract/activities.ts';
import type { TranscodeJobInput } from '../contract/workflows.ts';
import { retryEncoderFaults } from '../encode-batch/retry-encoder-faults.ts';
import { runTogether } from '../encode-batch/run-together.ts';

/** Brings all sources of a request to where the media workers read them. */
export function ingest({
  jobId,
  request,
}: Pick<TranscodeJobInput, 'jobId' | 'request'>): Promise<JobSources> {
  // Jobs of a version that knew no appended sources have none.
  const appended = 'append' in request ? request.append : [];
  return forEachSource<unknown, SourceRef>({ source: request, appended }, async (_, which) => {
    const name = which.input === undefined ? 'ingest' : `ingest of source ${which.input + 1}`;
    // One that is made comes from an encoder, too.
    const { result } = await retryEncoderFaults(name, () => media.ingestSource({ jobId, request, ...which }));
    return result;
  });
}

/** What the log tells of sources that have been brought. */
export function ingested({ source, appended = [] }: JobSources): JobEventData<'SourceIngested'> {
  const tell = ({ uri, sizeBytes, inPlace }: SourceRef) => ({ uri, sizeBytes, inPlace });
  return { ...tell(source), appended: appended.map(tell) };
}

/** Measures all sources. */
export function probe(jobId: string, sources: JobSources): Promise<OfSources<SourceMeta>> {
  return forEachSource(sources, async (source, which) => {
    const name = which.input === undefined ? 'probe' : `probe of source ${which.input + 1}`;
    const { result } = await retryEncoderFaults(name, () => media.probeSource({ jobId, source, ...which }));
    return result;
  });
}

/** What the log tells of sources that have been measured. */
export function probed({ source, appended = [] }: OfSources<SourceMeta>): JobEventData<'SourceProbed'> {
  return { source, appended: [...appended] };
}

/** @param step gets a source, and its number but for the first */
async function forEachSource<In, Out>(
  { source, appended = [] }: OfSources<In>,
  step: (source: In, which: { readonly input?: number }) => Promise<Out>,
): Promise<OfSources<Out>> {
  if (appended.length === 0) return { source: await step(source, {}) };
  const done: Out[] = [];
  const first = async (): Promise<void> => void (done[0] = await step(source, {}));
  const others = appended.map((one, index) => async () => {
    done[index + 1] = await step(one, { input: index + 1 });
  });
  await runTogether([first, ...others]);
  const [result, ...results] = done as [Out, ...Out[]];
  return { source: result, appended: results };
}
