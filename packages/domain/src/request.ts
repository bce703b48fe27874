import { z } from 'zod';

import { CodedError } from './failure.ts';
import { ResourceLimits } from './limits.ts';
import { AudioCodec } from './plan.ts';
import { Priority } from './priority.ts';
import { Ladder } from './profiles.ts';
import { TestSource } from './test-source.ts';
import { uploadIdOf } from './upload.ts';
import { ENDING_EVENTS, JobWebhookEvent } from './webhook-event.ts';

const notHttp = { error: 'must be an http or https URL', abort: true };
const httpUrl = z
  .string()
  .regex(/^[Hh][Tt]{2}[Pp][Ss]?:\/\//, notHttp)
  .refine((text) => URL.canParse(text), notHttp);

const notSource = { error: 'must be an http, https, file or upload URL, or s3://bucket/key', abort: true };

/**
 * Where the video comes from: an http(s) URL, a `file:` or `s3://bucket/key` URL that the media worker can read, or
 * `upload://` and the id of an upload.
 */
export const SourceUrl = z
  .string()
  .max(4096)
  .regex(/^(?:[Hh][Tt]{2}[Pp][Ss]?|[Ff][Ii][Ll][Ee]|[Ss]3|[Uu][Pp][Ll][Oo][Aa][Dd]):/, notSource)
  .refine(isSourceUrl, notSource)
  .refine((text) => !/^upload:/i.test(text) || uploadIdOf(text) !== undefined, {
    error: 'must be upload:// and the id of an upload',
  });

function isSourceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  if (protocol === 's3:') return hostname !== '' && pathname.length > 1 && isDecodable(pathname);
  if (protocol === 'file:') return isDecodable(pathname);
  return /^(https?|upload):$/.test(protocol);
}

/** Whether what is percent-encoded is UTF-8: names of keys and files are. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a source is a file, however its URL is spelt: a scheme may be in any case (RFC 3986, section 3.1). */
export function isFileUrl(sourceUrl: string): boolean {
  return URL.canParse(sourceUrl) && new URL(sourceUrl).protocol === 'file:';
}

/** Where a job waits: `live` has capacity of its own, `default` and `batch` share the rest. */
export const JobQueue = z.enum(['live', 'default', 'batch']);
export type JobQueue = z.infer<typeof JobQueue>;

/** How sound is encoded. */
export const AudioProfile = z.strictObject({
  codec: AudioCodec.default('aac'),
  bitrateKbps: z.number().int().min(32).max(512).default(128).describe('Of two channels, in kbit/s'),
  channels: z
    .enum(['stereo', 'source'])
    .default('stereo')
    .describe('stereo: surround sound is mixed down; source: it is kept, at more bits'),
});
export type AudioProfile = z.infer<typeof AudioProfile>;

/** What was changed of a scenario: seconds, and an average in kbit/s. */
const ChangesOfScenario = z.object({
  duration: z.number().int().optional().describe('In seconds'),
  bitrate: z.number().int().optional().describe('In kbit/s'),
});

const seconds = z.number().min(0).max(1_000_000);

const trim = {
  startSeconds: seconds.optional().describe('Leave out what comes before this time of the source'),
  endSeconds: seconds.optional().describe('Leave out what comes from this time of the source on'),
};

interface Trim {
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}
const isForward = ({ startSeconds = 0, endSeconds = Infinity }: Trim): boolean => endSeconds > startSeconds;
const NOT_FORWARD = { path: ['endSeconds'], error: 'must be above startSeconds' };

const MAX_APPENDED = 50;

const MAX_METADATA = 20;
const METADATA_NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/;
/** Without control characters, which JSON writes with six bytes each. */
// eslint-disable-next-line no-control-regex -- it is they that are refused
const METADATA_TEXT = /^[^\u0000-\u001f]*$/;

/** What a client wants to find again with its job. Bounded, so that it fits into every webhook. */
const Metadata = z
  .record(
    z.string().regex(METADATA_NAME, 'must be a letter and up to 63 letters, digits or characters of _.:-'),
    z.string().max(500).regex(METADATA_TEXT),
  )
  .refine((members) => Object.keys(members).length <= MAX_METADATA, {
    error: `must have at most ${MAX_METADATA} entries`,
  });

/** Bytes that Temporal takes for one search attribute, which a job's labels are (2 kB by default). */
const MAX_LABELS_BYTES = 2048;

const Labels = z
  .array(z.string().min(1).max(64))
  .max(20)
  .refine((labels) => new TextEncoder().encode(JSON.stringify(labels)).length <= MAX_LABELS_BYTES, {
    error: `must have at most ${MAX_LABELS_BYTES} bytes as JSON`,
  });

/** A source, and the part of it that is taken. */
const JobInput = z.strictObject({ sourceUrl: SourceUrl, ...trim }).refine(isForward, NOT_FORWARD);
export type JobInput = z.infer<typeof JobInput>;

/**
 * A request as it is accepted and recorded, all defaults filled in; clients write a {@link TranscodeRequestBody}. It has
 * either a URL or the recipe of a test source.
 */
export const TranscodeRequest = z
  .strictObject({
    sourceUrl: SourceUrl.optional(),
    testSource: TestSource.optional(),
    userId: z
      .string()
      .min(1)
      .max(64)
      .default('anonymous')
      .describe('On whose behalf; users take turns in the queue'),
    webhookUrl: httpUrl
      .max(4096)
      .optional()
      .describe('Called, signed, when something of webhookEvents happens'),
    webhookEvents: z
      .array(JobWebhookEvent)
      .min(1)
      .max(20)
      .default([...ENDING_EVENTS])
      .describe('What webhookUrl is told: by default how the job ended'),
    priority: Priority.default(5).describe('1 (most urgent) to 9, or live, high, medium, low, batch'),
    queue: JobQueue.default('default'),
    engine: z.enum(['auto', 'ffmpeg']).default('auto'),
    acceleration: z
      .enum(['software', 'hardware'])
      .default('software')
      .describe('hardware: on GPUs where a worker has proved an encoder, else in software, with a warning'),
    confidence: z.literal('auto').optional().describe('Labels a benchmark run; recorded, no effect'),
    ladder: Ladder.default('hls-default'),
    scenario: z.string().optional().describe('Where the ladder is that of a scenario: its name'),
    parameters: ChangesOfScenario.optional(),
    audio: AudioProfile.default({ codec: 'aac', bitrateKbps: 128, channels: 'stereo' }),
    ...trim,
    append: z
      .array(JobInput)
      .max(MAX_APPENDED)
      .default([])
      .describe('Further sources, shown one after the other behind the first'),
    segmentSeconds: z.number().min(1).max(30).default(6).describe('Length of a segment in seconds'),
    resourceLimits: ResourceLimits.default({}),
    qualityReport: z
      .boolean()
      .default(false)
      .describe('Measure how like the source each rendition and segment is: VMAF, PSNR, SSIM'),
    labels: Labels.default([]).describe(
      `To find the job by; as JSON at most ${MAX_LABELS_BYTES} bytes of UTF-8`,
    ),
    metadata: Metadata.default({}).describe(
      'Texts of your own, given back with the job and in its webhooks: 20 at most, each named by a letter and up to 63 letters, digits or characters of _.:-',
    ),
    title: z.string().min(1).max(200).optional().describe('A name for people; by default the file name'),
  })
  .refine(({ sourceUrl, testSource }) => (sourceUrl === undefined) !== (testSource === undefined), {
    path: ['sourceUrl'],
    error: 'is missing: name a source, or a scenario, which can do without',
  })
  .refine(isForward, NOT_FORWARD);
export type TranscodeRequest = z.infer<typeof TranscodeRequest>;

/** Where a job's video comes from. */
export type JobSource =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'upload'; readonly id: string }
  | { readonly kind: 'test'; readonly recipe: TestSource };

/**
 * The source of a request.
 *
 * @throws {CodedError} INTERNAL for a request that was never checked and names none
 */
export function sourceOf({
  sourceUrl,
  testSource,
}: Partial<Pick<TranscodeRequest, 'sourceUrl' | 'testSource'>>): JobSource {
  if (testSource !== undefined) return { kind: 'test', recipe: testSource };
  if (sourceUrl === undefined) throw new CodedError('INTERNAL', 'The request names no source.');
  const upload = uploadIdOf(sourceUrl);
  return upload === undefined ? { kind: 'url', url: new URL(sourceUrl) } : { kind: 'upload', id: upload };
}

/** The name of a job for people: its title, else the last part of the source's path without its ending, or its scenario. */
export function titleOf(request: Pick<TranscodeRequest, 'sourceUrl' | 'scenario' | 'title'>): string {
  if (request.title !== undefined) return request.title;
  if (request.sourceUrl === undefined) return request.scenario ?? 'video';
  const { pathname } = new URL(request.sourceUrl);
  const file = pathname.split('/').filter(Boolean).at(-1) ?? 'video';
  let name = file;
  try {
    name = decodeURIComponent(file);
  } catch {
    // A stray percent sign: the raw name serves as well.
  }
  return titleOfFile(name);
}

/** The name of a file without its ending; `video` where nothing is left. */
export function titleOfFile(name: string): string {
  return name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || 'video';
}
