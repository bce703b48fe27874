import { createHash } from 'node:crypto';
import {
  CodedError,
  storeKeys,
  VIDEO_TIMESCALE,
  type EncodedRendition,
  type MeasuredRendition,
  type Plan,
} from '@framefold/domain';
import { masterPlaylist, mediaPlaylist, readTrackInfo } from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { checkRendition, type CheckedRendition, type ExpectedSegment } from './check-rendition.ts';
import { measureRendition } from './measure-rendition.ts';
import { partOf, pictureParts, readCommit } from './read-commits.ts';
import { sweep } from './sweep.ts';

/** AAC's priming frame lies before the start of presentation. */
const AAC_PRIMING_SAMPLES = 1024;

const AUDIO_GROUP = 'audio';

interface FinishedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface FinishedRendition {
  readonly measured: MeasuredRendition;
  readonly files: readonly FinishedFile[];
}

/**
 * Joins what the units committed into a playable tree, after checking that it joins exactly. Only playlists and
 * checksums are written; the master playlist comes last, so that it never names what is not there. What belongs to no
 * rendition any more is removed before.
 */
export function mergeOutput(deps: { readonly store: ObjectStore }): MediaActivities['mergeOutput'] {
  const { store } = deps;
  return (input) =>
    heartbeating(undefined, async () => {
      const plan = await loadPlan(store, input.planKey);
      const outputKey = (path: string): string => storeKeys.outputFile(input.jobId, path);
      const write = async (path: string, text: string): Promise<FinishedFile> => {
        const bytes = Buffer.from(text);
        await store.put(outputKey(path), bytes);
        return { path, sizeBytes: bytes.length, sha256: sha256(bytes) };
      };
      const finish = async (
        name: string,
        parts: readonly EncodedRendition[],
        expected: readonly ExpectedSegment[],
        originTicks: number,
      ): Promise<FinishedRendition> => {
        const checked = await checkRendition(store, outputKey, {
          jobId: input.jobId,
          name,
          parts,
          expected,
          originTicks,
        });
        const init = await store.get(outputKey(checked.init.path));
        if (init === undefined || sha256(init) !== checked.init.sha256)
          throw new CodedError(
            'OUTPUT_INVALID',
            `Rendition ${name}: its init segment is missing or altered.`,
          );
        const measured = measureRendition(name, readTrackInfo(init), checked);
        const playlist = await write(measured.playlist, renditionPlaylist(name, checked));
        return { measured, files: [playlist, checked.init, ...checked.segments] };
      };

      const partsOf = pictureParts(store, plan, input);
      const finished: FinishedRendition[] = [];
      for (const { name } of plan.renditions) {
        finished.push(
          await finish(
            name,
            await partsOf(name),
            expectedVideo(plan),
            plan.presentationOriginSeconds * VIDEO_TIMESCALE,
          ),
        );
      }
      for (const track of plan.audio) {
        const part = partOf(await readCommit(store, input.jobId, track.name, input.generation), track.name);
        const originTicks = plan.presentationOriginSeconds * track.sampleRateHz;
        finished.push(await finish(track.name, [part], expectedAudio(part), originTicks));
      }

      const renditions = finished.map((rendition) => rendition.measured);
      const files = finished.flatMap((rendition) => rendition.files);
      const master = describeMaster(plan, renditions);
      const masterFile: FinishedFile = {
        path: 'master.m3u8',
        sizeBytes: Buffer.byteLength(master),
        sha256: sha256(master),
      };
      const all = [...files, masterFile].sort((a, b) => (a.path < b.path ? -1 : 1));
      const folders = renditions.map(({ name }) => outputKey(`${name}/`));
      await sweep(store, folders, new Set(files.map((file) => outputKey(file.path))));
      await write('SHA256SUMS', all.map((file) => `${file.sha256}  ${file.path}\n`).join(''));
      await write(masterFile.path, master);
      return {
        renditions,
        output: {
          folderKey: storeKeys.output(input.jobId),
          master: masterFile.path,
          files: all.length,
          sizeBytes: all.reduce((sum, file) => sum + file.sizeBytes, 0),
          durationSeconds: plan.video.durationTicks / VIDEO_TIMESCALE,
        },
      };
    });
}

function expectedVideo(plan: Plan): ExpectedSegment[] {
  return plan.chunks.flatMap((chunk) =>
    chunk.segments.map((segment) => ({ startTicks: segment.startTicks, samples: segment.frames })),
  );
}

/** Sound begins with its priming frame before the picture's first frame and goes on without a gap. */
function expectedAudio(part: EncodedRendition): ExpectedSegment[] {
  let startTicks = -AAC_PRIMING_SAMPLES;
  return part.segments.map((segment) => {
    const expected = { startTicks };
    startTicks += segment.durationTicks;
    return expected;
  });
}

function renditionPlaylist(name: string, checked: CheckedRendition): string {
  const inFolder = (path: string): string => path.slice(name.length + 1);
  return mediaPlaylist(
    inFolder(checked.init.path),
    checked.segments.map((segment) => ({
      uri: inFolder(segment.path),
      durationSeconds: segment.durationTicks / checked.timescale,
    })),
  );
}

function describeMaster(plan: Plan, renditions: readonly MeasuredRendition[]): string {
  const audio = renditions.filter((rendition) => rendition.kind === 'audio');
  const most = (pick: (rendition: MeasuredRendition) => number): number => Math.max(0, ...audio.map(pick));
  return masterPlaylist(
    renditions
      .filter((rendition) => rendition.kind === 'video')
      .map((video) => ({
        uri: video.playlist,
        codecs: [video.codecs, ...new Set(audio.map((track) => track.codecs))],
        peakBitsPerSecond: video.peakBitsPerSecond + most((track) => track.peakBitsPerSecond),
        averageBitsPerSecond: video.averageBitsPerSecond + most((track) => track.averageBitsPerSecond),
        width: video.width ?? 0,
        height: video.height ?? 0,
        frameRate: video.frameRate ?? 0,
        ...(audio.length === 0 ? {} : { audioGroup: AUDIO_GROUP }),
      })),
    plan.audio.map((track) => ({
      group: AUDIO_GROUP,
      uri: `${track.name}/playlist.m3u8`,
      name: track.label,
      ...(track.language === undefined ? {} : { language: track.language }),
      isDefault: track.isDefault,
      channels: track.channels,
    })),
  );
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
