import type { AudioRendition, SubtitleRendition } from './plan.ts';
import type { SourceMeta } from './probe.ts';
import type { AudioProfile } from './request.ts';

const MAX_AUDIO_TRACKS = 8;
const MAX_SUBTITLE_TRACKS = 32;

/** Channels that AAC and Opus have a layout for (7.1). */
const MAX_CHANNELS = 8;

/** The sound renditions: one of each track, the first ones where there are too many. */
export function planAudio(source: SourceMeta, profile: AudioProfile): AudioRendition[] {
  const tracks = source.audio.slice(0, MAX_AUDIO_TRACKS);
  const name = unique();
  const label = unique();
  const defaultTrack = Math.max(
    0,
    tracks.findIndex((track) => track.isDefault),
  );
  return tracks.map((track, index) => {
    const channels = Math.min(profile.channels === 'stereo' ? 2 : MAX_CHANNELS, track.channels);
    return {
      name: name(`audio-${languageTag(track.language)}`, '-'),
      streamIndex: track.streamIndex,
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
}

/** The subtitle renditions: one of each track of text. */
export function planSubtitles(source: SourceMeta): SubtitleRendition[] {
  const name = unique();
  const label = unique();
  return source.subtitles
    .filter(({ kind }) => kind === 'text')
    .slice(0, MAX_SUBTITLE_TRACKS)
    .map((track, index) => ({
      name: name(`subtitles-${languageTag(track.language)}`, '-'),
      streamIndex: track.streamIndex,
      ...(track.language === undefined ? {} : { language: track.language }),
      label: label(titleOf(track) ?? `Subtitles ${index + 1}`, ' '),
      isDefault: track.isDefault,
      isForced: track.isForced,
    }));
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
