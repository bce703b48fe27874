import HLS from 'hls-parser';
import { masterPlaylist, mediaPlaylist, targetDuration } from './playlists.ts';

beforeAll(() => HLS.setOptions({ strictMode: true }));

describe('mediaPlaylist', () => {
  const text = mediaPlaylist(
    'init.mp4',
    [
      { uri: 'segment00000-aa.m4s', durationSeconds: 6.006 },
      { uri: 'segment00001-bb.m4s', durationSeconds: 2 },
    ],
    targetDuration([6.006, 2]),
  );

  it('is accepted by a strict parser', () => {
    const parsed = HLS.parse(text) as HLS.types.MediaPlaylist;
    expect(parsed.endlist).toBe(true);
    expect(parsed.targetDuration).toBe(7);
    expect(parsed.segments.map((segment) => segment.uri)).toEqual([
      'segment00000-aa.m4s',
      'segment00001-bb.m4s',
    ]);
    expect(parsed.segments[0]?.map?.uri).toBe('init.mp4');
  });
});

describe('masterPlaylist', () => {
  it('names variants and sound, and survives quotes in a title', () => {
    const text = masterPlaylist(
      [
        {
          uri: '480p/playlist.m3u8',
          codecs: ['avc1.64001E', 'mp4a.40.2'],
          peakBitsPerSecond: 1_500_000,
          averageBitsPerSecond: 900_000,
          picture: { width: 854, height: 480, frameRate: 23.976, range: 'SDR' },
          audioGroup: 'audio',
          subtitlesGroup: 'subtitles',
        },
      ],
      [
        {
          group: 'audio',
          uri: 'audio-eng/playlist.m3u8',
          name: 'The "director"\n speaks',
          language: 'eng',
          isDefault: true,
          channels: 2,
        },
      ],
      [
        {
          group: 'subtitles',
          uri: 'subtitles-deu/playlist.m3u8',
          name: 'Deutsch',
          language: 'deu',
          isDefault: false,
          isForced: true,
        },
      ],
    );
    const parsed = HLS.parse(text) as HLS.types.MasterPlaylist;
    const [variant] = parsed.variants;
    expect(variant).toMatchObject({
      bandwidth: 1_500_000,
      averageBandwidth: 900_000,
      codecs: 'avc1.64001E,mp4a.40.2',
      resolution: { width: 854, height: 480 },
      frameRate: 23.976,
    });
    expect(variant?.subtitles[0]).toMatchObject({ name: 'Deutsch', isDefault: false, forced: true });
    expect(variant?.audio[0]).toMatchObject({
      name: 'The  director  speaks',
      language: 'eng',
      isDefault: true,
    });
  });
});
