import { z } from 'zod';

import { ResourceLimits } from './limits.ts';
import { AudioCodec } from './plan.ts';
import { Priority } from './priority.ts';
import { Ladder } from './profiles.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** Where the video comes from: an http(s) URL, or a `file:` URL that the media worker can read. */
export const SourceUrl = z
  .string()
  .max(4096)
  .refine((text) => URL.canParse(text) && /^(https?|file):$/.test(new URL(text).protocol), {
    error: 'must be an http, https or file URL',
  });

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

const seconds = z.number().min(0).max(1_000_000);

/** The body of `POST /api/transcode`, as a client writes it. Unknown fields are refused. */
export const TranscodeRequest = z
  .strictObject({
    sourceUrl: SourceUrl,
    userId: z
      .string()
      .min(1)
      .max(64)
      .default('anonymous')
      .describe('On whose behalf; users take turns in the queue'),
    webhookUrl: httpUrl.optional().describe('Called when the job has ended'),
    priority: Priority.default(5).describe('1 (most urgent) to 9, or live, high, medium, low, batch'),
    queue: JobQueue.default('default'),
    engine: z.enum(['auto', 'ffmpeg']).default('auto'),
    acceleration: z
      .enum(['software', 'hardware'])
      .default('software')
      .describe('hardware: on GPUs where a worker has proved an encoder, else in software, with a warning'),
    confidence: z.literal('auto').optional().describe('Labels a benchmark run; recorded, no effect'),
    ladder: Ladder.default('hls-default'),
    audio: AudioProfile.default({ codec: 'aac', bitrateKbps: 128, channels: 'stereo' }),
    startSeconds: seconds.optional().describe('Leave out what comes before this time of the source'),
    endSeconds: seconds.optional().describe('Leave out what comes from this time of the source on'),
    segmentSeconds: z.number().min(1).max(30).default(6).describe('Length of a segment in seconds'),
    resourceLimits: ResourceLimits.default({}),
    qualityReport: z
      .boolean()
      .default(false)
      .describe('Measure how like the source each rendition and segment is: VMAF, PSNR, SSIM'),
    labels: z.array(z.string().min(1).max(64)).max(20).default([]),
    title: z.string().min(1).max(200).optional().describe('A name for people; by default the file name'),
  })
  .refine(({ startSeconds = 0, endSeconds = Infinity }) => endSeconds > startSeconds, {
    path: ['endSeconds'],
    error: 'must be above startSeconds',
  });
export type TranscodeRequest = z.infer<typeof TranscodeRequest>;

/** A request as clients write it: without what has a default. */
export type TranscodeRequestBody = z.input<typeof TranscodeRequest>;

/** The name of a job for people: its title, else the last part of the source's path without its ending. */
export function titleOf(request: Pick<TranscodeRequest, 'sourceUrl' | 'title'>): string {
  if (request.title !== undefined) return request.title;
  const { pathname } = new URL(request.sourceUrl);
  const file = pathname.split('/').filter(Boolean).at(-1) ?? 'video';
  let name = file;
  try {
    name = decodeURIComponent(file);
  } catch {
    // A stray percent sign: the raw name serves as well.
  }
  return name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || 'video';
}
