import { fault, inSeconds, warning, type Finding } from '../findings.ts';
import { EXACT_SECONDS, type TrackFigures } from './check-track.ts';

/** How far sound and picture may end apart: by less, sources do, and nobody misses it. */
const ENDS_SECONDS = 0.5;

/**
 * Checks that players can switch between tracks at any border, and that all begin and end together.
 *
 * @param tracks of one period; those of the same kind are alternatives
 */
export function checkAlignment(tracks: readonly TrackFigures[]): readonly Finding[] {
  const [picture, ...pictures] = tracks.filter(({ kind }) => kind === 'video');
  const [sound, ...sounds] = tracks.filter(({ kind }) => kind === 'audio');
  return [
    ...pictures.flatMap((track) => (picture === undefined ? [] : comparePictures(picture, track))),
    ...sounds.flatMap((track) => (sound === undefined ? [] : compareSounds(sound, track))),
    ...(picture === undefined || sound === undefined
      ? []
      : [sound, ...sounds].flatMap((track) => [
          ...compareStarts(picture, track),
          ...compareEnds(picture, track),
        ])),
  ];
}

function comparePictures(reference: TrackFigures, track: TrackFigures): Finding[] {
  const border = firstBorderApart(reference, track, EXACT_SECONDS);
  if (border !== undefined) return [fault('BORDERS_DIFFER', track.name, border)];
  const [end, other] = [track.endSeconds, reference.endSeconds];
  // At a lower frame rate the last frame is shown for longer.
  const longestFrame = Math.max(frameOf(reference), frameOf(track));
  if (end !== undefined && other !== undefined && Math.abs(end - other) > longestFrame + EXACT_SECONDS) {
    const message = `It ends at ${inSeconds(end)}, ${reference.name} at ${inSeconds(other)}.`;
    return [fault('BORDERS_DIFFER', track.name, message)];
  }
  const comparable = track.segmentSamples.flatMap((samples, index) => {
    const others = reference.segmentSamples[index];
    return samples === undefined || others === undefined ? [] : [{ index, samples, others }];
  });
  const different = comparable.filter(({ samples, others }) => samples !== others);
  const [first] = different;
  // Where most segments differ, so do the frame rates.
  if (first === undefined || different.length > comparable.length / 2) return [];
  // Fewer differ where frames are lost, or where only some parts of an unsteady source are above a ceiling.
  const message = `Its segment ${first.index} has ${first.samples} frames, that of ${reference.name} ${first.others}.`;
  return [warning('FRAMES_DIFFER', track.name, message)];
}

/** Frames of sound are of different lengths in different codecs: borders can't be nearer than these. No standard demands them. */
function compareSounds(reference: TrackFigures, track: TrackFigures): Finding[] {
  const border = firstBorderApart(reference, track, frameOf(reference) + frameOf(track));
  return border === undefined ? [] : [warning('BORDERS_DIFFER', track.name, border)];
}

/** Sound begins within a frame of its own of the picture, priming included, or is late for a reason of its source. */
function compareStarts(picture: TrackFigures, sound: TrackFigures): Finding[] {
  if (picture.startSeconds === undefined || sound.startSeconds === undefined) return [];
  const apart = sound.startSeconds - picture.startSeconds;
  if (Math.abs(apart) <= frameOf(sound) + EXACT_SECONDS) return [];
  const message = `It starts ${inSeconds(Math.abs(apart))} ${apart > 0 ? 'after' : 'before'} the picture of ${picture.name}.`;
  return [warning('STARTS_DIFFER', sound.name, message)];
}

/** Sound that is shorter than the picture, or longer, may be so in its source: no fault, but worth a look. */
function compareEnds(picture: TrackFigures, sound: TrackFigures): Finding[] {
  if (picture.endSeconds === undefined || sound.endSeconds === undefined) return [];
  const apart = sound.endSeconds - picture.endSeconds;
  if (Math.abs(apart) <= Math.max(ENDS_SECONDS, frameOf(sound)) + EXACT_SECONDS) return [];
  const message = `It ends ${inSeconds(Math.abs(apart))} ${apart > 0 ? 'after' : 'before'} the picture of ${picture.name}.`;
  return [warning('ENDS_DIFFER', sound.name, message)];
}

function firstBorderApart(
  reference: TrackFigures,
  track: TrackFigures,
  toleranceSeconds: number,
): string | undefined {
  if (track.segments !== reference.segments)
    return `It has ${track.segments} segments, ${reference.name} ${reference.segments}.`;
  for (const [index, seconds] of track.segmentStartSeconds.entries()) {
    const others = reference.segmentStartSeconds[index];
    if (seconds === undefined || others === undefined) continue;
    if (Math.abs(seconds - others) > toleranceSeconds)
      return `Its segment ${index} starts at ${inSeconds(seconds)}, that of ${reference.name} at ${inSeconds(others)}.`;
  }
  return undefined;
}

function frameOf({ samples, durationSeconds }: TrackFigures): number {
  return durationSeconds / samples;
}
