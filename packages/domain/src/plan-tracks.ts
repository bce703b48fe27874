import type { PlanRequest, ProbedSource } from './plan-inputs.ts';
import type { AudioRendition, Plan, PlannedInput, SubtitleRendition } from './plan.ts';
import type { AudioTrack, SourceMeta } from './probe.ts';
import type { AudioProfile } from './request.ts';

const MAX_AUDIO_TRACKS = 8;
const MAX_SUBTITLE_TRACKS = 32;

/** Channels that AAC and Opus have a layout for (7.1). */
const MAX_CHANNELS = 8;

/** Renditions of sound and text, and what each source gives to them. */
interface Tracks extends Pick<Plan, 'audio' | 'subtitles'> {
  readonly of: (input: number) => Pick<PlannedInput, 'audio' | 'subtitles'>;
}

/** Plans what is heard and read beside the picture, or alone. */
export function planTracks(request: PlanRequest, sources: readonly ProbedSource[]): Tracks {
  const metas = sources.map(({ meta }) => meta);
  const audio = planAudio(metas, request.audio);
  const subtitles = planSubtitles(metas);
  return {
    audio: [...audio.renditions],
    subtitles: [...subtitles.renditions],
    of: (input) => ({ audio: audio.streams[input] ?? {}, subtitles: subtitles.streams[input] ?? {} }),
  };
}

/** The streams of one source that renditions are made of, by the rendition's name. */
type Streams = Record<string, number>;

/** Renditions, and the streams of each source that they are made of. */
interface PlannedTracks<Rendition> {
  readonly renditions: readonly Rendition[];
  readonly streams: readonly Streams[];
}

/**
 * The sound renditions: one of each track of the first source that has sound, the first ones where there are too many.
 * The other sources give to each a track of its language, else that of its place, else their main one.
 */
function planAudio(
  sources: readonly Pick<SourceMeta, 'audio'>[],
  profile: AudioProfile,
): PlannedTracks<AudioRendition> {
  const leading = sources.find(({ audio }) => audio.length > 0);
  const tracks = leading?.audio.slice(0, MAX_AUDIO_TRACKS) ?? [];
  const name = unique();
  const label = unique();
  const defaultTrack = Math.max(
    0,
    tracks.findIndex((track) => track.isDefault),
  );
  const givenTo = (index: number): (AudioTrack | undefined)[] =>
    sources.map((source) =>
      source === leading ? tracks[index] : counterpart(source.audio, tracks[index]?.language, index),
    );
  const renditions = tracks.map((track, index) => {
    const most = Math.max(...givenTo(index).map((given) => given?.channels ?? 0));
    const channels = Math.min(profile.channels === 'stereo' ? 2 : MAX_CHANNELS, most);
    return {
      name: name(`audio-${languageTag(track.language)}`, '-'),
      ...(track.language === undefined ? {} : { language: track.language }),
      // Names of tracks differ within a group (RFC 8216, 4.3.4.1).
      label: label(titleOf(track) ?? `Audio ${index + 1}`, ' '),
      isDefault: index === defaultTrack,
      codec: profile.codec,
      channels,
      sampleRateHz: 48_000,
      // Further channels hold less than the first pair.
      bitrateKbps: channels <= 2 ? profile.bitrateKbps : Math.round((profile.bitrateKbps * channels) / 2),
    };
  });
  const streams = sources.map((_, input) =>
    streamsOf(
      renditions,
      tracks.map((__, index) => givenTo(index)[input]),
    ),
  );
  return { renditions, streams };
}

function counterpart(
  tracks: readonly AudioTrack[],
  language: string | undefined,
  index: number,
): AudioTrack | undefined {
  const spoken = language === undefined ? undefined : tracks.find((track) => track.language === language);
  return spoken ?? tracks[index] ?? tracks.find(({ isDefault }) => isDefault) ?? tracks[0];
}

/** The subtitle renditions: one of each track of text. Tracks of several sources are one where their languages are. */
function planSubtitles(sources: readonly Pick<SourceMeta, 'subtitles'>[]): PlannedTracks<SubtitleRendition> {
  const name = unique();
  const label = unique();
  const renditions: SubtitleRendition[] = [];
  const streams = sources.map(({ subtitles }) => {
    const found: Streams = {};
    for (const track of subtitles.filter(({ kind }) => kind === 'text')) {
      const free = renditions.find(
        (rendition) =>
          rendition.language === track.language &&
          rendition.isForced === track.isForced &&
          !(rendition.name in found),
      );
      const rendition = free ?? {
        name: name(`subtitles-${languageTag(track.language)}`, '-'),
        ...(track.language === undefined ? {} : { language: track.language }),
        label: label(titleOf(track) ?? `Subtitles ${renditions.length + 1}`, ' '),
        isDefault: track.isDefault,
        isForced: track.isForced,
      };
      if (free === undefined && renditions.length === MAX_SUBTITLE_TRACKS) continue;
      if (free === undefined) renditions.push(rendition);
      found[rendition.name] = track.streamIndex;
    }
    return found;
  });
  return { renditions, streams };
}

function streamsOf(
  renditions: readonly { readonly name: string }[],
  tracks: readonly ({ readonly streamIndex: number } | undefined)[],
): Streams {
  return Object.fromEntries(
    renditions.flatMap(({ name }, index) => {
      const track = tracks[index];
      return track === undefined ? [] : [[name, track.streamIndex]];
    }),
  );
}

/** What a track calls itself, as a playlist can say it (RFC 8216, 4.1 and 4.2): names that differ must differ there, too. */
function titleOf({
  title,
  language,
}: {
  readonly title?: string | undefined;
  readonly language?: string | undefined;
}): string | undefined {
  return [title, language]
    .map((text = '') => text.replace(/["\p{Cc}]+/gu, ' ').trim())
    .find((text) => text !== '');
}

function languageTag(language = 'und'): string {
  return language.toLowerCase().replace(/[^a-z0-9-]/g, '') || 'und';
}

/** Gives names out, each only once: a further one of the same gets a number. */
function unique(): (base: string, join: string) => string {
  const taken = new Set<string>();
  return (base, join) => {
    let name = base;
    for (let suffix = 2; taken.has(name); suffix++) {
      name = join === ' ' ? `${base} (${suffix})` : `${base}${join}${suffix}`;
    }
    taken.add(name);
    return name;
  };
}
