import { createHash } from 'node:crypto';
import {
  CodedError,
  QUALITY_PATH,
  storeKeys,
  VIDEO_TIMESCALE,
  type MeasuredRendition,
  type Plan,
  type QualityReport,
  type SubtitleRecord,
} from '@framefold/domain';
import { readTrackInfo, targetDuration } from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';
import type { PlannedSegment } from '@framefold/verify';
import type { MediaActivities, MergeInput } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { joinPicture, joinSound, type JoinedRendition } from './join-rendition.ts';
import { measureRendition, measureSubtitles, playlistOf, segmentSeconds } from './measure-rendition.ts';
import { qualityReport } from './quality-report.ts';
import { partOf, pictureParts, readCommit, readSubtitles } from './read-commits.ts';
import { sweep } from './sweep.ts';
import { verifyMerged } from './verify-merged.ts';
import { describeMaster, renditionPlaylist, subtitlesPlaylist } from './write-playlists.ts';

const MASTER = 'master.m3u8';

interface FinishedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Joins what the units committed into a playable tree, after verifying that it joins exactly. Only playlists and
 * checksums are written; the master playlist comes last, so that it never names what is not there. What belongs to no
 * rendition any more is removed before.
 */
export function mergeOutput(deps: { readonly store: ObjectStore }): MediaActivities['mergeOutput'] {
  const { store } = deps;
  return (input) =>
    heartbeating(undefined, async (signal) => {
      const plan = await loadPlan(store, input.planKey);
      const keyOf = (path: string): string => storeKeys.outputFile(input.jobId, path);
      const joined = await joinRenditions(store, plan, input);
      const texts = await readTexts(store, plan, input);
      const inits = new Map<string, Buffer>();
      for (const { init } of joined) inits.set(init.path, await readInit(store, keyOf(init.path), init));

      const targetSeconds = targetDuration(joined.flatMap(segmentSeconds));
      const report =
        input.measured === true ? await qualityReport(store, input.jobId, plan, joined) : undefined;
      const renditions = [
        ...joined.map((rendition) => {
          const track = readTrackInfo(inits.get(rendition.init.path) ?? Buffer.alloc(0));
          return withQuality(measureRendition(rendition, track, targetSeconds), report);
        }),
        ...texts.map(measureSubtitles),
      ];
      const master = Buffer.from(describeMaster(plan, renditions));
      const playlists = new Map<string, Buffer>();
      for (const rendition of joined)
        playlists.set(playlistOf(rendition.name), Buffer.from(renditionPlaylist(rendition, targetSeconds)));
      for (const text of texts)
        playlists.set(playlistOf(text.rendition), Buffer.from(subtitlesPlaylist(text)));
      const files = new Map([...inits, ...playlists, [MASTER, master]]);
      await verifyMerged(store, { master: MASTER, files, keyOf, planned: planOf(joined, texts) }, signal);

      const written = new Map(playlists);
      if (report !== undefined)
        written.set(QUALITY_PATH, Buffer.from(`${JSON.stringify(report, null, 1)}\n`));
      const all: FinishedFile[] = [
        ...joined.flatMap(({ init, segments }) => [init, ...segments]),
        ...texts,
        ...[...written, [MASTER, master] as const].map(([path, bytes]) => ({
          path,
          sizeBytes: bytes.length,
          sha256: sha256(bytes),
        })),
      ].sort((a, b) => (a.path < b.path ? -1 : 1));
      const folders = renditions.map(({ name }) => keyOf(`${name}/`));
      await sweep(store, folders, new Set(all.map((file) => keyOf(file.path))));
      for (const [path, bytes] of written) await store.put(keyOf(path), bytes);
      await store.put(keyOf('SHA256SUMS'), all.map((file) => `${file.sha256}  ${file.path}\n`).join(''));
      await store.put(keyOf(MASTER), master);
      return {
        renditions,
        output: {
          folderKey: storeKeys.output(input.jobId),
          master: MASTER,
          files: all.length,
          sizeBytes: all.reduce((sum, file) => sum + file.sizeBytes, 0),
          durationSeconds: plan.video.durationTicks / VIDEO_TIMESCALE,
        },
      };
    });
}

async function joinRenditions(
  store: ObjectStore,
  plan: Plan,
  input: MergeInput,
): Promise<readonly JoinedRendition[]> {
  const partsOf = pictureParts(store, plan, input);
  const joined: JoinedRendition[] = [];
  for (const { name } of plan.renditions) joined.push(joinPicture(plan, name, await partsOf(name)));
  for (const track of plan.audio) {
    const record = await readCommit(store, input.jobId, track.name, input.generation);
    joined.push(joinSound(plan, track, partOf(record, track.name)));
  }
  return joined;
}

function withQuality(rendition: MeasuredRendition, report: QualityReport | undefined): MeasuredRendition {
  const quality = report?.renditions.find(({ name }) => name === rendition.name)?.quality;
  return quality === undefined ? rendition : { ...rendition, quality };
}

/** Tracks of text may have been given up on; those that are there are named in the input. */
async function readTexts(store: ObjectStore, plan: Plan, input: MergeInput): Promise<SubtitleRecord[]> {
  const wanted = plan.subtitles.filter(({ name }) => input.subtitles?.includes(name) === true);
  return Promise.all(wanted.map(({ name }) => readSubtitles(store, input.jobId, name, input.generation)));
}

async function readInit(store: ObjectStore, key: string, init: JoinedRendition['init']): Promise<Buffer> {
  const bytes = await store.get(key);
  if (bytes !== undefined && sha256(bytes) === init.sha256) return bytes;
  throw new CodedError('OUTPUT_INVALID', `${init.path}: the init segment is missing or altered.`);
}

/** What the tree must be, by the path of each playlist. */
function planOf(
  joined: readonly JoinedRendition[],
  texts: readonly SubtitleRecord[],
): ReadonlyMap<string, readonly PlannedSegment[]> {
  return new Map<string, readonly PlannedSegment[]>([
    ...joined.map(({ name, segments }) => [playlistOf(name), segments] as const),
    ...texts.map((text) => [playlistOf(text.rendition), [{ sizeBytes: text.sizeBytes }]] as const),
  ]);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
