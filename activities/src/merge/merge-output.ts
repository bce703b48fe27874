import { createHash } from 'node:crypto';
import {
  AUDIO_CODECS,
  CodedError,
  framesIn,
  QUALITY_PATH,
  storeKeys,
  VIDEO_TIMESCALE,
  type AudioRendition,
  type EncodedRendition,
  type MeasuredRendition,
  type Plan,
  type StoredSegment,
  type SubtitleRecord,
} from '@framefold/domain';
import {
  masterPlaylist,
  mediaPlaylist,
  readTrackInfo,
  targetDuration,
  type TrackInfo,
} from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { checkRendition, type CheckedRendition, type ExpectedSegment } from './check-rendition.ts';
import { measureRendition, measureSubtitles, playlistOf } from './measure-rendition.ts';
import { qualityReport } from './quality-report.ts';
import { partOf, pictureParts, readCommit, readSubtitles } from './read-commits.ts';
import { sweep } from './sweep.ts';

const AUDIO_GROUP = 'audio';
const SUBTITLES_GROUP = 'subtitles';

/** VIDEO-RANGE of a rendition (RFC 8216bis, 4.4.6.2). */
const VIDEO_RANGES = { sdr: 'SDR', pq: 'PQ', hlg: 'HLG' } as const;

interface FinishedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A rendition that holds what was planned; its playlist is not written yet. */
interface FinishedRendition {
  readonly name: string;
  readonly track: TrackInfo;
  readonly checked: CheckedRendition;
}

/**
 * Joins what the units committed into a playable tree, after checking that it joins exactly. Only playlists and
 * checksums are written; the master playlist comes last, so that it never names what is not there. What belongs to no
 * rendition any more is removed before.
 */
export function mergeOutput(deps: { readonly store: ObjectStore }): MediaActivities['mergeOutput'] {
  const { store } = deps;
  return (input) =>
    heartbeating(undefined, async (signal) => {
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
        // A worker that drains hands the merge back; the next one begins anew, and writes the same.
        signal.throwIfAborted();
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
        return { name, track: readTrackInfo(init), checked };
      };

      const partsOf = pictureParts(store, plan, input);
      const finished: FinishedRendition[] = [];
      for (const { name } of plan.renditions) {
        finished.push(
          await finish(
            name,
            await partsOf(name),
            expectedVideo(plan, name),
            plan.presentationOriginSeconds * VIDEO_TIMESCALE,
          ),
        );
      }
      for (const track of plan.audio) {
        const part = partOf(await readCommit(store, input.jobId, track.name, input.generation), track.name);
        const originTicks = plan.presentationOriginSeconds * track.sampleRateHz;
        finished.push(await finish(track.name, [part], expectedAudio(part, track), originTicks));
      }

      const targetSeconds = targetDuration(finished.flatMap(({ checked }) => segmentSeconds(checked)));
      const report =
        input.measured === true
          ? await qualityReport(store, input.jobId, plan, new Map(finished.map(segmentsByName)))
          : undefined;
      const renditions = finished.map(({ name, track, checked }): MeasuredRendition => {
        const quality = report?.renditions.find((rendition) => rendition.name === name)?.quality;
        return {
          ...measureRendition(name, track, checked, targetSeconds),
          ...(quality === undefined ? {} : { quality }),
        };
      });
      const files: FinishedFile[] = [];
      for (const { name, checked } of finished) {
        const playlist = await write(playlistOf(name), renditionPlaylist(name, checked, targetSeconds));
        files.push(playlist, checked.init, ...checked.segments);
      }
      for (const { name } of plan.subtitles) {
        if (input.subtitles?.includes(name) !== true) continue;
        const record = await readSubtitles(store, input.jobId, name, input.generation);
        const measured = measureSubtitles(record);
        renditions.push(measured);
        files.push(record, await write(measured.playlist, subtitlesPlaylist(record)));
      }
      if (report !== undefined) files.push(await write(QUALITY_PATH, `${JSON.stringify(report, null, 1)}\n`));
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

function segmentsByName({ name, checked }: FinishedRendition): [string, readonly StoredSegment[]] {
  return [name, checked.segments];
}

function expectedVideo(plan: Plan, rendition: string): ExpectedSegment[] {
  return plan.chunks.flatMap((chunk) =>
    chunk.segments.map((segment) => ({
      startTicks: segment.startTicks,
      samples: framesIn(segment, rendition),
    })),
  );
}

/** Sound begins with its priming before the picture's first frame and goes on without a gap. */
function expectedAudio(part: EncodedRendition, { codec }: AudioRendition): ExpectedSegment[] {
  let startTicks: number = -AUDIO_CODECS[codec].primingSamples;
  return part.segments.map((segment) => {
    const expected = { startTicks };
    startTicks += segment.durationTicks;
    return expected;
  });
}

/** One segment as long as the presentation: text is small, and players fetch it at once. */
function subtitlesPlaylist({ rendition, path, durationSeconds }: SubtitleRecord): string {
  const segments = [{ uri: path.slice(rendition.length + 1), durationSeconds }];
  return mediaPlaylist(undefined, segments, targetDuration([durationSeconds]));
}

function segmentSeconds({ segments, timescale }: CheckedRendition): number[] {
  return segments.map(({ durationTicks }) => durationTicks / timescale);
}

function renditionPlaylist(name: string, checked: CheckedRendition, targetSeconds: number): string {
  const inFolder = (path: string): string => path.slice(name.length + 1);
  return mediaPlaylist(
    inFolder(checked.init.path),
    checked.segments.map((segment) => ({
      uri: inFolder(segment.path),
      durationSeconds: segment.durationTicks / checked.timescale,
    })),
    targetSeconds,
  );
}

function describeMaster(plan: Plan, renditions: readonly MeasuredRendition[]): string {
  const audio = renditions.filter((rendition) => rendition.kind === 'audio');
  const most = (pick: (rendition: MeasuredRendition) => number): number => Math.max(0, ...audio.map(pick));
  const soundCodecs = [...new Set(audio.map((track) => track.codecs))];
  const texts = plan.subtitles.filter(({ name }) => renditions.some((rendition) => rendition.name === name));
  const groups = {
    ...(audio.length === 0 ? {} : { audioGroup: AUDIO_GROUP }),
    ...(texts.length === 0 ? {} : { subtitlesGroup: SUBTITLES_GROUP }),
  };
  const pictures = plan.renditions.flatMap(({ name, dynamicRange }) => {
    const video = renditions.find((rendition) => rendition.name === name);
    if (video === undefined) return [];
    return {
      uri: video.playlist,
      codecs: [video.codecs, ...soundCodecs],
      peakBitsPerSecond: video.peakBitsPerSecond + most((track) => track.peakBitsPerSecond),
      averageBitsPerSecond: video.averageBitsPerSecond + most((track) => track.averageBitsPerSecond),
      picture: {
        width: video.width ?? 0,
        height: video.height ?? 0,
        frameRate: video.frameRate ?? 0,
        range: VIDEO_RANGES[dynamicRange ?? 'sdr'],
      },
      ...groups,
    };
  });
  const soundAlone = audio.slice(0, 1).map((track) => ({
    uri: track.playlist,
    codecs: soundCodecs,
    peakBitsPerSecond: most(({ peakBitsPerSecond }) => peakBitsPerSecond),
    averageBitsPerSecond: most(({ averageBitsPerSecond }) => averageBitsPerSecond),
    ...groups,
  }));
  return masterPlaylist(
    pictures.length > 0 ? pictures : soundAlone,
    plan.audio.map((track) => ({
      group: AUDIO_GROUP,
      uri: `${track.name}/playlist.m3u8`,
      name: track.label,
      ...(track.language === undefined ? {} : { language: track.language }),
      isDefault: track.isDefault,
      channels: track.channels,
    })),
    texts.map((track) => ({
      group: SUBTITLES_GROUP,
      uri: `${track.name}/playlist.m3u8`,
      name: track.label,
      ...(track.language === undefined ? {} : { language: track.language }),
      isDefault: track.isDefault,
      isForced: track.isForced,
    })),
  );
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
