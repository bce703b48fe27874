import type { AudioRendition, VideoRendition } from '@framefold/domain';

/** What one ordinary ffmpeg is to make. */
export interface Ladder {
  readonly renditions: readonly VideoRendition[];
  readonly audio: readonly AudioRendition[];
  readonly segmentSeconds: number;
}

/**
 * The ffmpeg command line (without the program) that anybody would write for this ladder: one process, one decode,
 * HLS in fragmented MP4, keyframes on the segment grid, threads and scaler as ffmpeg chooses them.
 * https://ffmpeg.org/ffmpeg-formats.html#hls-2
 */
export function ladderArgv(
  { renditions, audio, segmentSeconds }: Ladder,
  source: string,
  folder: string,
): string[] {
  const split = renditions.map((_, index) => `[s${index}]`).join('');
  const graph = [
    `[0:v:0]split=${renditions.length}${split}`,
    ...renditions.map(
      ({ width, height }, index) => `[s${index}]scale=${width}:${height},format=yuv420p[v${index}]`,
    ),
  ].join(';');
  const streams = [
    ...renditions.map(({ name }, index) => `v:${index},agroup:audio,name:${name}`),
    ...audio.map(({ name }, index) => `a:${index},agroup:audio,name:${name}`),
  ].join(' ');
  return [
    ...['-nostdin', '-v', 'error', '-y', '-i', source, '-filter_complex', graph],
    ...renditions.flatMap(({ encoder, preset, crf, maxrateKbps, bufsizeKbps }, index) => [
      ...['-map', `[v${index}]`, `-c:v:${index}`, encoder, `-preset:v:${index}`, preset],
      ...[`-crf:v:${index}`, String(crf)],
      ...[`-maxrate:v:${index}`, `${maxrateKbps}k`, `-bufsize:v:${index}`, `${bufsizeKbps}k`],
    ]),
    ...['-force_key_frames', `expr:gte(t,n_forced*${segmentSeconds})`, '-g', '100000'],
    ...audio.flatMap(({ channels, bitrateKbps, sampleRateHz }, index) => [
      ...['-map', `0:a:${index}`, `-c:a:${index}`, 'aac', `-b:a:${index}`, `${bitrateKbps}k`],
      ...[`-ac:a:${index}`, String(channels), `-ar:a:${index}`, String(sampleRateHz)],
    ]),
    ...['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_playlist_type', 'vod'],
    ...['-hls_segment_type', 'fmp4', '-master_pl_name', 'master.m3u8', '-var_stream_map', streams],
    ...['-hls_segment_filename', `${folder}/%v/segment%05d.m4s`, `${folder}/%v/playlist.m3u8`],
  ];
}
