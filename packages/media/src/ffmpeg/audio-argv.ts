import { AUDIO_CODECS, VIDEO_TIMESCALE, type AudioRendition, type Plan } from '@framefold/domain';
import { guardedInput } from './input-args.ts';

/**
 * Keeps sound where its times say it is, of which players notice more than 20 ms: what is off by up to 15 ms (a clock
 * that runs slow) is made good by stretching, by a hundredth at most; what is more is a hole, and filled. ffmpeg by itself
 * lets up to 100 ms pass.
 */
const IN_STEP = 'async=480:min_hard_comp=0.015';

/**
 * The ffmpeg command line (without the program) that encodes one whole sound track. Time zero is the first frame of
 * the picture: earlier sound is cut, later sound is preceded by silence, gaps are filled with it. Where the client asks
 * for an end, sound ends with the picture.
 */
export function audioArgv(
  plan: Plan,
  track: AudioRendition,
  sourceFile: string,
  outputFile: string,
): string[] {
  const { originPts, timeBase } = plan.video;
  const origin = `${originPts}*${timeBase.num}/${timeBase.den}`;
  const filters = [
    `asetpts=PTS-(${origin})/TB`,
    `aresample=${track.sampleRateHz}:${IN_STEP}:first_pts=0`,
    ...(plan.isCut === true ? [`atrim=end=${plan.video.durationTicks / VIDEO_TIMESCALE}`] : []),
  ];
  return [
    '-nostdin',
    '-hide_banner',
    '-v',
    'error',
    '-y',
    '-progress',
    'pipe:1',
    '-stats_period',
    '0.5',
    '-threads',
    '1',
    '-copyts',
    ...guardedInput(sourceFile),
    '-map',
    `0:${track.streamIndex}`,
    '-map_metadata',
    '-1',
    '-af',
    filters.join(','),
    '-ac',
    String(track.channels),
    '-c:a',
    AUDIO_CODECS[track.codec].encoder,
    '-b:a',
    `${track.bitrateKbps}k`,
    '-threads',
    '1',
    '-flags',
    '+bitexact',
    '-fflags',
    '+bitexact',
    '-use_editlist',
    '0',
    '-movflags',
    '+empty_moov+default_base_moof',
    '-frag_duration',
    '10000000',
    '-f',
    'mp4',
    outputFile,
  ];
}
