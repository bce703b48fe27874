/** Where everything lies in the object store. The only place that spells a key. */
export const storeKeys = {
  job: (jobId: string) => `jobs/${jobId}/`,
  /** A downloaded source; gone when the job has ended. */
  sourceFolder: (jobId: string) => `jobs/${jobId}/source/`,
  source: (jobId: string, extension: string, input = 0) =>
    `jobs/${jobId}/source/source${numbered(input)}${extension}`,
  /** Which file the pieces are made from, where it is read in place: another one would not go with them. */
  sourceStamp: (jobId: string, input = 0) => `jobs/${jobId}/work/source-stamps/source${numbered(input)}.json`,
  sourceStamps: (jobId: string) => `jobs/${jobId}/work/source-stamps/`,
  /** Records of the work: small JSON documents, kept as the audit. */
  frameTables: (jobId: string) => `jobs/${jobId}/work/frames/`,
  frames: (jobId: string, input = 0) => `jobs/${jobId}/work/frames/source${numbered(input)}.json`,
  /** By the hardware encoder, which follows from the workers and not from the job: planning twice may give two plans. */
  plan: (jobId: string, hardwareEncoder = 'software') => `jobs/${jobId}/work/plans/${hardwareEncoder}.json`,
  /** Pieces of the source, one a chunk, where chunks can't read it in place; gone when the job has ended. */
  slices: (jobId: string) => `jobs/${jobId}/work/slices/`,
  slice: (jobId: string, chunkIndex: number) =>
    `jobs/${jobId}/work/slices/${String(chunkIndex).padStart(5, '0')}`,
  plans: (jobId: string) => `jobs/${jobId}/work/plans/`,
  attempts: (jobId: string) => `jobs/${jobId}/work/attempts/`,
  attemptsOf: (jobId: string, unit: string) => `jobs/${jobId}/work/attempts/${unit}/`,
  attempt: (jobId: string, unit: string, attemptId: string) =>
    `jobs/${jobId}/work/attempts/${unit}/${attemptId}.json`,
  commits: (jobId: string) => `jobs/${jobId}/work/commits/`,
  commit: (jobId: string, unit: string, generation: number) =>
    `jobs/${jobId}/work/commits/${unit}-g${generation}.json`,
  /** What was measured of each chunk, where a quality report is wanted. */
  qualities: (jobId: string) => `jobs/${jobId}/work/quality/`,
  quality: (jobId: string, chunkIndex: number) =>
    `jobs/${jobId}/work/quality/${qualityUnit(chunkIndex)}.json`,
  /** The finished tree, served and copied as it is. */
  output: (jobId: string) => `jobs/${jobId}/output/`,
  outputFile: (jobId: string, path: string) => `jobs/${jobId}/output/${path}`,
  /** The job's event log; also that of a job which left no media. */
  eventLog: (jobId: string) => `jobs/${jobId}/output/events.jsonl`,
  uploads: () => 'uploads/',
  upload: (uploadId: string) => `uploads/${uploadId}/`,
  /** An upload is complete when this and its record are there. */
  uploadContent: (uploadId: string) => `uploads/${uploadId}/content`,
  uploadRecord: (uploadId: string) => `uploads/${uploadId}/upload.json`,
  /** Of an upload that goes straight into the store, until it is complete. */
  directUpload: (uploadId: string) => `uploads/${uploadId}/direct.json`,
  /** The jobs that an upload is kept for, an empty object each. */
  uploadClaims: (uploadId: string) => `uploads/${uploadId}/jobs/`,
  uploadClaim: (uploadId: string, by: string) => `uploads/${uploadId}/jobs/${by}`,
  /** What a batch was asked to do, and how it ended. */
  batches: () => 'batches/',
  batchManifest: (batchId: string) => `batches/${batchId}/manifest.json`,
  batchRecord: (batchId: string) => `batches/${batchId}/record.json`,
  /** The backup of tenants and keys; see `AccessBackup`. */
  accessBackup: () => 'catalogue/access.json',
  /** Written and read back by what checks the store. */
  health: (name: string) => `health/${name}`,
  /** What each worker says of itself. */
  workers: () => 'workers/',
  worker: (workerId: string) => `workers/${workerId}.json`,
} as const;

/** All that is kept of jobs, by their ids. */
export const JOBS_PREFIX = 'jobs/';

/** The batch whose manifest lies under a key; undefined for any other key. */
export function batchOfManifest(key: string): string | undefined {
  const [, batchId] = /^batches\/([^/]+)\/manifest\.json$/.exec(key) ?? [];
  return batchId;
}

/** What lies beside the output and is not for its viewers: the job as its owner sees it, and its log. */
export const RECORD_FILES: readonly string[] = ['job.json', 'events.jsonl'];

/**
 * The name of a chunk as a unit of encode work.
 *
 * @param rendition the only one that is encoded, where it is not all of them together
 */
export function chunkUnit(chunkIndex: number, rendition?: string): string {
  const chunk = `chunk-${String(chunkIndex).padStart(5, '0')}`;
  return rendition === undefined ? chunk : `${chunk}@${rendition}`;
}

/** The chunk, and the one rendition where there is one, of a unit's name; undefined for a unit of sound. */
export function parseChunkUnit(
  unit: string,
): { readonly chunkIndex: number; readonly rendition?: string } | undefined {
  const [, digits, rendition] = /^chunk-(\d+)(?:@(.+))?$/.exec(unit) ?? [];
  if (digits === undefined) return undefined;
  return { chunkIndex: Number(digits), ...(rendition === undefined ? {} : { rendition }) };
}

/** The name of the measurement of a chunk as a unit of work. */
export function qualityUnit(chunkIndex: number): string {
  return `quality-${String(chunkIndex).padStart(5, '0')}`;
}

/** The path of the quality report inside the output tree. */
export const QUALITY_PATH = 'quality.json';

/** The path of a segment inside the output tree; the hash makes it immutable for caches. */
export function segmentPath(rendition: string, segmentIndex: number, sha256: string): string {
  return `${rendition}/segment${String(segmentIndex).padStart(5, '0')}-${sha256.slice(0, 10)}.m4s`;
}

/** The path of a rendition of text inside the output tree. */
export function subtitlePath(rendition: string, sha256: string): string {
  return `${rendition}/subtitles-${sha256.slice(0, 10)}.vtt`;
}

/**
 * The path of a rendition's init segment inside the output tree.
 *
 * @param generation one that is encoded again, perhaps by another encoder, has an init segment of its own
 */
export function initPath(rendition: string, generation = 0): string {
  return `${rendition}/init${generation === 0 ? '' : `-g${generation}`}.mp4`;
}

/** Tells the sources of a job apart; the first has no number. */
function numbered(input: number): string {
  return input === 0 ? '' : `-${input + 1}`;
}
