import { isHardwareEncoder, SOFTWARE_ENCODER, type VideoRendition } from '@framefold/domain';
import { CancellationScope } from '@temporalio/workflow';
import { encodeTaskQueue } from '../contract/queues.ts';
import type { EncodeBatchInput } from '../contract/workflows.ts';
import { runInWindow } from '../encode-batch/window.ts';
import { encodeRun } from './encode-run.ts';
import type { Generations } from './encode-video.ts';
import { GpuEncodes } from './gpu-encodes.ts';
import type { JobLog } from './job-log.ts';
import type { Redos } from './redos.ts';

/** Renditions that are encoded each by itself. */
export interface RenditionWork {
  /** All chunks, at no rendition in particular. */
  readonly work: EncodeBatchInput;
  readonly inBatches: boolean;
  readonly renditions: readonly VideoRendition[];
  /** How long nobody may serve the GPU queue. */
  readonly gpuPatienceSeconds: number;
}

/**
 * Encodes each rendition by its hardware encoder, on the GPU queue. One that can't be had so falls back, with a
 * warning: it is encoded again from its first chunk in software, since no rendition is half of one encoder and half of
 * another. The other renditions go on. All hardware renditions of a plan have the same encoder.
 *
 * @returns the generation of each rendition that counts
 * @throws the first failure that has nothing to do with a hardware encoder, when everything has come to rest
 */
export async function encodeRenditions(
  given: RenditionWork,
  log: JobLog,
  redos: Redos,
): Promise<Generations> {
  const { work, inBatches, renditions, gpuPatienceSeconds } = given;
  const generations: Record<string, number> = {};
  const all = new CancellationScope();
  await all.run(async () => {
    const taskQueue = encodeTaskQueue(work.queue, 'gpu');
    const hardware = renditions.find(({ encoder }) => isHardwareEncoder(encoder))?.encoder ?? '';
    const gpu = new GpuEncodes({ taskQueue, encoder: hardware }, gpuPatienceSeconds);

    const encodeInSoftware = async (rendition: string, generation: number): Promise<void> => {
      generations[rendition] = generation;
      await encodeRun({ ...work, rendition, software: true, generation }, inBatches, log);
    };

    const encodeOne = async ({ name, encoder }: VideoRendition): Promise<void> => {
      // One that a former run has encoded anew, or was to.
      const former = redos.take(name);
      if (former !== undefined) return encodeInSoftware(name, former);
      if (!isHardwareEncoder(encoder)) return encodeInSoftware(name, work.generation);
      generations[name] = work.generation;
      const obstacle = await gpu.attempt((onEncoded) =>
        encodeRun({ ...work, rendition: name }, inBatches, log, onEncoded),
      );
      if (obstacle === undefined) return;
      const generation = redos.raise(name);
      log.append('RenditionRestarted', { rendition: name, generation, encoder: SOFTWARE_ENCODER });
      const message = `${name} was encoded in software after all: ${obstacle}`;
      log.append('WarningRaised', { warning: { code: 'RENDITION_FELL_BACK', message } });
      await encodeInSoftware(name, generation);
    };

    const tasks = renditions.map((rendition) => () => encodeOne(rendition));
    tasks.push(() => gpu.watchOver());
    await runInWindow(tasks, tasks.length, () => all.cancel());
  });
  return generations;
}
