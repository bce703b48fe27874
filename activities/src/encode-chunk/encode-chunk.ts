import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  chunkUnit,
  CodedError,
  inSoftware,
  isHardwareEncoder,
  scratchBytes,
  storeKeys,
  VIDEO_TIMESCALE,
  type Plan,
  type PlannedChunk,
} from '@framefold/domain';
import { planOfSlice } from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';
import type { EncodeActivities, EncodeChunkInput } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile, sourceOf } from '../source-file.ts';

/** Encodes one chunk of the picture, at all renditions or at one of them. */
export function encodeChunk(deps: EncodeDeps): EncodeActivities['encodeChunk'] {
  return async (input) => {
    const { jobId, planKey, chunkIndex, rendition, generation, limits, sliced = false } = input;
    const plan = planFor(await loadPlan(deps.store, planKey), input);
    const chunk = plan.chunks[chunkIndex];
    if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
    const hardware = plan.renditions.find(({ encoder }) => isHardwareEncoder(encoder));
    const slice = sliced ? await findSlice(deps.store, jobId, chunkIndex) : undefined;
    const file = slice === undefined ? await sourceFile(sourceOf(input, chunk.input), deps) : slice.place;
    const carriedOut = slice === undefined ? plan : planOfSlice(plan, chunk);
    return encodeUnit(deps, {
      jobId,
      unit: chunkUnit(chunkIndex, rendition),
      generation,
      ...(hardware === undefined ? {} : { hardwareEncoder: hardware.encoder }),
      frames: chunk.frames,
      limits,
      scratchBytes: scratchBytes(plan.renditions, secondsOf(chunk)) + (slice?.copyBytes ?? 0),
      argv: (scratchFolder) =>
        deps.engine.chunkArgv({ sourceFiles: [file], plan: carriedOut, scratchFolder }, chunk),
      encode: async (run) => {
        const sourceFile = slice === undefined ? file : await slice.fetch(run.scratchFolder);
        return deps.engine.encodeChunk({ sourceFiles: [sourceFile], plan: carriedOut, ...run }, chunk);
      },
    });
  };
}

/** The plan with the renditions that this unit is of, by the encoder that it is to take. */
function planFor(plan: Plan, { rendition, software = false }: EncodeChunkInput): Plan {
  const wanted = plan.renditions.filter(({ name }) => rendition === undefined || name === rendition);
  if (wanted.length === 0) throw new CodedError('INTERNAL', `The plan has no rendition ${rendition}.`);
  return { ...plan, renditions: software ? wanted.map(inSoftware) : wanted };
}

/** A chunk's piece of the source. */
interface Slice {
  /** Where it lies, for the record. */
  readonly place: string;
  /** Room that a copy takes, where one is needed. */
  readonly copyBytes: number;
  /** Gives the file that the encoder reads. */
  readonly fetch: (folder: string) => Promise<string>;
}

async function findSlice(store: ObjectStore, jobId: string, chunkIndex: number): Promise<Slice> {
  const key = storeKeys.slice(jobId, chunkIndex);
  const found = await store.head(key);
  if (found === undefined)
    throw new CodedError('SOURCE_NOT_FOUND', `The slice of chunk ${chunkIndex} is gone.`);
  const local = store.localPath(key);
  if (local !== undefined) return { place: local, copyBytes: 0, fetch: () => Promise.resolve(local) };
  return {
    place: key,
    copyBytes: found.sizeBytes,
    fetch: async (folder) => {
      const body = await store.stream(key);
      if (body === undefined)
        throw new CodedError('SOURCE_NOT_FOUND', `The slice of chunk ${chunkIndex} is gone.`);
      const file = join(folder, 'slice');
      await pipeline(body, createWriteStream(file));
      return file;
    },
  };
}

function secondsOf({ segments }: PlannedChunk): number {
  return ((segments.at(-1)?.endTicks ?? 0) - (segments[0]?.startTicks ?? 0)) / VIDEO_TIMESCALE;
}
