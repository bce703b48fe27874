import { prefixUris } from './prefix-uris.ts';

describe('prefixUris', () => {
  it('moves relative addresses and nothing else', () => {
    const playlist = [
      '#EXTM3U',
      '# a comment with URI="x"',
      '#EXT-X-MEDIA:TYPE=AUDIO,NAME="URI=no",URI="audio/playlist.m3u8",GROUP-ID="a"',
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXT-X-SESSION-KEY:METHOD=NONE,URI="https://keys.example/k"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      '720p/playlist.m3u8',
      '/elsewhere.m3u8',
      'https://cdn.example/x.m3u8',
      '',
    ].join('\n');
    expect(prefixUris('init.mp4\n/other.mp4', '', '?a=b')).toBe('init.mp4?a=b\n/other.mp4');
    expect(prefixUris(playlist, '/media/j/').split('\n')).toEqual([
      '#EXTM3U',
      '# a comment with URI="x"',
      '#EXT-X-MEDIA:TYPE=AUDIO,NAME="URI=no",URI="/media/j/audio/playlist.m3u8",GROUP-ID="a"',
      '#EXT-X-MAP:URI="/media/j/init.mp4"',
      '#EXT-X-SESSION-KEY:METHOD=NONE,URI="https://keys.example/k"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      '/media/j/720p/playlist.m3u8',
      '/elsewhere.m3u8',
      'https://cdn.example/x.m3u8',
      '',
    ]);
  });
});
