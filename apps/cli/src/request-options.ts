import { TranscodeRequestBody } from '@framefold/domain';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from './command-error.ts';
import { issueLines } from './issue-lines.ts';
import { ladderOf } from './ladder-option.ts';
import { appendedOf, sourceUrlOf } from './source-option.ts';

/** The options that describe a job. */
export interface RequestOptions {
  readonly ladder?: string;
  readonly scenario?: string;
  readonly duration?: number;
  readonly bitrate?: string;
  readonly segmentSeconds?: number;
  readonly start?: number;
  readonly end?: number;
  readonly append?: readonly string[];
  /** Not of the request: how its files get to the service. */
  readonly upload?: boolean;
  readonly audioCodec?: string;
  readonly audioBitrate?: number;
  readonly audioChannels?: string;
  readonly priority?: string;
  readonly user?: string;
  readonly label?: readonly string[];
  readonly metadata?: readonly string[];
  readonly webhook?: string;
  readonly webhookEvent?: readonly string[];
  readonly title?: string;
  readonly queue?: string;
  readonly acceleration?: string;
  readonly qualityReport?: boolean;
  readonly timeoutSeconds?: number;
  readonly maxCpu?: number;
  readonly maxMemory?: number;
  readonly maxDisk?: number;
}

/** Adds the options that describe a job to a command. */
export function withRequestOptions(command: Command): Command {
  return command
    .option(
      '--ladder <ladder>',
      "a ladder's name, rungs of the default one (720p,360p), or @FILE.json",
      undefined,
    )
    .option(
      '--scenario <name>',
      'a preset instead of a ladder (`framefold scenarios`); makes a source where none is named',
    )
    .option('--duration <seconds>', 'length of what the scenario takes or makes (default: 10)', toNumber)
    .option('--bitrate <rate>', "instead of the scenario's bit rate, e.g. 5M or 2500k")
    .option('--segment-seconds <seconds>', 'length of a segment, 1 to 30 (default: 6)', toNumber)
    .option('--start <seconds>', 'leave out what comes before this time', toNumber)
    .option('--end <seconds>', 'leave out what comes from this time on', toNumber)
    .option(
      '--append <source>',
      'show another source behind the first, or a part of it: FILE#t=START,END; may be given several times',
      collect,
    )
    .option('--upload', 'send files to the service instead of naming their paths: it need not see this disk')
    .option('--audio-codec <codec>', 'aac or opus (default: aac)')
    .option('--audio-bitrate <kbps>', 'of two channels (default: 128)', toNumber)
    .option('--audio-channels <layout>', 'stereo, or source: surround sound is kept (default: stereo)')
    .option('--priority <priority>', '1 (most urgent) to 9, or live, high, medium, low, batch (default: 5)')
    .option('--user <id>', 'on whose behalf; users take turns in the queue (default: anonymous)')
    .option('--label <label>', 'a label to find the job by; may be given several times', collect)
    .option('--metadata <name=text>', 'a text of your own, given back with the job; several times', collect)
    .option('--webhook <url>', 'an http(s) URL that is called, signed, when the job has ended')
    .option(
      '--webhook-event <event>',
      'call it at this event instead, such as job.progress; may be given several times',
      collect,
    )
    .option('--title <title>', 'a name for people (default: the name of the file)')
    .option(
      '--timeout-seconds <seconds>',
      'longest time that one attempt to encode one piece may take',
      toNumber,
    )
    .option('--max-cpu <percent>', 'processor time of one attempt, in percent of a core', toNumber)
    .option('--max-memory <mb>', 'memory of one attempt in MB (default: 2048, above Full HD more)', toNumber)
    .option('--max-disk <mb>', 'scratch space of one attempt in MB (default: 5000)', toNumber)
    .option('--acceleration <where>', 'software, or hardware where a worker has a GPU (default: software)')
    .option('--quality-report', 'measure VMAF, PSNR and SSIM of every rendition and segment (quality.json)')
    .option('--queue <queue>', 'live (capacity of its own), default or batch');
}

/**
 * The request that source and options stand for, checked by the same schema as the API's.
 *
 * @throws {UsageError} with the paths of bad fields
 */
export function requestOf(
  source: string | undefined,
  options: RequestOptions,
  cwd: string,
): TranscodeRequestBody {
  const { ladder, segmentSeconds, priority, user, label, webhook, title, queue, acceleration } = options;
  const resourceLimits = given({
    maxCpuPercent: options.maxCpu,
    maxMemoryMb: options.maxMemory,
    maxDiskMb: options.maxDisk,
    timeoutSec: options.timeoutSeconds,
  });
  const audio = given({
    codec: options.audioCodec,
    bitrateKbps: options.audioBitrate,
    channels: options.audioChannels,
  });
  const { scenario, bitrate } = options;
  const parameters = given({
    duration: options.duration,
    bitrate: bitrate !== undefined && /^\d+$/.test(bitrate) ? Number(bitrate) : bitrate,
  });
  const body = given({
    sourceUrl: source === undefined && scenario !== undefined ? undefined : sourceUrlOf(source, cwd),
    scenario,
    parameters: Object.keys(parameters).length === 0 ? undefined : parameters,
    ladder: ladder === undefined ? undefined : ladderOf(ladder, cwd),
    segmentSeconds,
    startSeconds: options.start,
    endSeconds: options.end,
    append: options.append?.map((text) => appendedOf(text, cwd)),
    audio: Object.keys(audio).length === 0 ? undefined : audio,
    priority: priority !== undefined && /^\d+$/.test(priority) ? Number(priority) : priority,
    userId: user,
    labels: label,
    metadata: options.metadata === undefined ? undefined : Object.fromEntries(options.metadata.map(toPair)),
    webhookUrl: webhook,
    webhookEvents: options.webhookEvent,
    title,
    queue,
    acceleration,
    qualityReport: options.qualityReport,
    resourceLimits: Object.keys(resourceLimits).length === 0 ? undefined : resourceLimits,
  });
  const checked = TranscodeRequestBody.safeParse(body);
  if (checked.success) return body;
  throw new UsageError(['The request is not valid.', ...issueLines(checked.error.issues)].join('\n'));
}

/** The fields that were given. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws {UsageError} where there is no name */
function toPair(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`--metadata takes name=text; this is ${text}.`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function collect(value: string, former: readonly string[] | undefined): string[] {
  return [...(former ?? []), value];
}
