import {
  AUDIO_CODECS,
  isSoundFilled,
  VIDEO_TIMESCALE,
  type AudioRendition,
  type Plan,
  type PlannedInput,
} from '@framefold/domain';
import { guardedInput } from './input-args.ts';

/** The layouts that encoders take for so many channels, by the names of ffmpeg. */
const LAYOUTS = ['mono', 'stereo', '2.1', '4.0', '5.0', '5.1', '6.1', '7.1'];

/**
 * Keeps sound where its times say it is, of which players notice more than 20 ms: what is off by up to 15 ms (a clock
 * that runs slow) is made good by stretching, by a hundredth at most; what is more is a hole, and filled. ffmpeg by itself
 * lets up to 100 ms pass.
 */
const IN_STEP = 'async=480:min_hard_comp=0.015';

/**
 * The ffmpeg command line (without the program) that encodes one whole sound track. Time zero is the first frame of
 * the picture: earlier sound is cut, later sound is preceded by silence, gaps are filled with it. Sound of a source ends
 * where the next one begins, to the sample; that of the last one ends with the picture where the client asks for an end.
 *
 * @param sourceFiles of the plan's inputs, in their order
 */
export function audioArgv(
  plan: Plan,
  track: AudioRendition,
  sourceFiles: readonly string[],
  outputFile: string,
): string[] {
  const parts = plan.inputs.map((input, index) => ({ file: sourceFiles[index] ?? '', input }));
  const heard = parts.filter(({ input }) => track.name in input.audio);
  const chains = parts.map(({ input }, index) => {
    const isLast = index === parts.length - 1;
    const stream = input.audio[track.name];
    const place = heard.findIndex((part) => part.input === input);
    const ends = parts.length === 1 ? [] : [`aformat=channel_layouts=${LAYOUTS[track.channels - 1]}`];
    return stream === undefined
      ? [`${silence(track)},${cut(input, track)}`, ...ends].join(',')
      : [`[${place}:${stream}]${sound(input, track)}`, ...lengthOf(plan, input, track, isLast), ...ends].join(
          ',',
        );
  });
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-progress', 'pipe:1', '-stats_period', '0.5'],
    ...heard.flatMap(({ file }) => ['-threads', '1', '-copyts', ...guardedInput(file)]),
    ...['-filter_complex_threads', '1', '-filter_complex', graph(chains)],
    ...['-map', '[a]', '-map_metadata', '-1'],
    ...['-ac', String(track.channels), '-c:a', AUDIO_CODECS[track.codec].encoder],
    ...['-b:a', `${track.bitrateKbps}k`, '-threads', '1', '-flags', '+bitexact', '-fflags', '+bitexact'],
    ...['-use_editlist', '0', '-movflags', '+empty_moov+default_base_moof', '-frag_duration', '10000000'],
    ...['-f', 'mp4', outputFile],
  ];
}

function graph(chains: readonly string[]): string {
  if (chains.length === 1) return `${chains.join('')}[a]`;
  const labels = chains.map((_, index) => `[p${index}]`);
  const joined = `${labels.join('')}concat=n=${chains.length}:v=0:a=1[a]`;
  return [...chains.map((chain, index) => `${chain}${labels[index]}`), joined].join(';');
}

/** The sound of a source from the first frame of its picture on, without gaps. */
function sound({ originPts, timeBase }: PlannedInput, { sampleRateHz }: AudioRendition): string {
  const origin = `${originPts}*${timeBase.num}/${timeBase.den}`;
  return `asetpts=PTS-(${origin})/TB,aresample=${sampleRateHz}:${IN_STEP}:first_pts=0`;
}

function silence({ sampleRateHz, channels }: AudioRendition): string {
  return `anullsrc=r=${sampleRateHz}:cl=${LAYOUTS[channels - 1]}`;
}

/** What is cut and filled up so that sound lasts as long as its picture; whole sources alone keep what they have. */
function lengthOf(plan: Plan, input: PlannedInput, track: AudioRendition, isLast: boolean): string[] {
  if (!isSoundFilled(plan)) return [];
  // Where no end is asked for, the last sound may outlast the picture.
  const isCut = !isLast || plan.isCut === true;
  return [
    ...(isCut ? [cut(input, track)] : []),
    `apad=whole_len=${samplesOf(input, track)}`,
    // Of a stretch without any sound ffmpeg would not know when it begins.
    'asetpts=N/SR/TB',
  ];
}

function cut(input: PlannedInput, track: AudioRendition): string {
  return `atrim=end_sample=${samplesOf(input, track)}`;
}

/** Samples of a source's stretch: rounded so that errors don't add up. */
function samplesOf({ startTicks, durationTicks }: PlannedInput, { sampleRateHz }: AudioRendition): number {
  const at = (ticks: number): number => Math.round((ticks * sampleRateHz) / VIDEO_TIMESCALE);
  return at(startTicks + durationTicks) - at(startTicks);
}
