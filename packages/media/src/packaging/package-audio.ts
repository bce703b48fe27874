import { AUDIO_CODECS, CodedError, VIDEO_TIMESCALE, type AudioRendition, type Plan } from '@framefold/domain';
import { readSamples, type Sample } from '../isobmff/fragments.ts';
import { extractInit, readTrackInfo, withoutPreSkip } from '../isobmff/init-segment.ts';
import { writeSegment } from '../isobmff/segment.ts';
import type { PackagedSegment, PackagedTrack } from './packaged.ts';

/**
 * Cuts an encoded sound track at the borders of the picture's segments, at whole coded frames; sound that outlasts the
 * picture, or has none, goes on in segments of the nominal length. Priming lies before the start of presentation.
 *
 * @param file the fragmented MP4 that ffmpeg wrote for the track
 * @throws {CodedError} ENCODER_OUTPUT_INVALID when the file holds no sound or is not in the planned form
 */
export function packageAudio(file: Buffer, plan: Plan, track: AudioRendition): PackagedTrack {
  const { frameSamples, primingSamples } = AUDIO_CODECS[track.codec];
  const samples = readSamples(file);
  const init = samples.length === 0 ? undefined : withoutPreSkip(extractInit(file));
  const info = init === undefined ? undefined : readTrackInfo(init);
  if (init === undefined || info?.kind !== 'audio' || info.timescale !== track.sampleRateHz) {
    throw new CodedError(
      'ENCODER_OUTPUT_INVALID',
      `${track.name}: the encoder gave no sound in the planned form.`,
    );
  }
  const borders = segmentBorders(plan, track.sampleRateHz);
  const groups: { start: number; samples: Sample[] }[] = [];
  let border = 0;
  samples.forEach((sample, position) => {
    const startTicks = position * frameSamples - primingSamples;
    while (startTicks >= borders(border + 1)) border++;
    const current = groups[border];
    if (current === undefined) groups[border] = { start: startTicks, samples: [sample] };
    else current.samples.push(sample);
  });
  const origin = plan.presentationOriginSeconds * track.sampleRateHz;
  // Picture segments shorter than a coded frame leave a gap in the groups.
  const segments = groups.filter(Boolean).map((group, index): PackagedSegment => {
    const timed = group.samples.map((sample, position) => ({
      bytes: file.subarray(sample.offset, sample.offset + sample.sizeBytes),
      decodeTicks: origin + group.start + position * frameSamples,
      durationTicks: frameSamples,
      presentationTicks: origin + group.start + position * frameSamples,
      isSync: true,
    }));
    return {
      index,
      bytes: writeSegment(timed, index + 1),
      samples: group.samples.length,
      startTicks: group.start,
      durationTicks: group.samples.length * frameSamples,
    };
  });
  return { timescale: info.timescale, init, segments };
}

/** Start of each segment on the track's clock, going on evenly behind the picture's last one. */
function segmentBorders(plan: Plan, sampleRateHz: number): (index: number) => number {
  const starts = plan.chunks.flatMap((chunk) => chunk.segments.map((segment) => segment.startTicks));
  const toSamples = (ticks: number): number => (ticks * sampleRateHz) / VIDEO_TIMESCALE;
  return (index) => {
    const start = starts[index];
    if (start !== undefined) return toSamples(start);
    const lastStart = starts.at(-1) ?? 0;
    const beyond = index - Math.max(0, starts.length - 1);
    return toSamples(lastStart) + beyond * plan.segmentSeconds * sampleRateHz;
  };
}
