import { deviceArgs, encoderArgs, uploadFilters } from './encoder-args.ts';

const quality = (encoder: string) => ({
  encoder,
  preset: 'medium',
  crf: 22,
  maxrateKbps: 2800,
  bufsizeKbps: 5600,
});
const argv = (encoder: string, device?: { node?: string }): string =>
  [
    ...deviceArgs(encoder, device),
    ...uploadFilters(encoder),
    ...encoderArgs(quality(encoder), { num: 30_000, den: 1001 }),
  ].join(' ');

describe('encoder options', () => {
  it('give a chunk what x264 would have given it for the next one', () => {
    const args = (frames?: number, more: object = {}) =>
      encoderArgs({ ...quality('libx264'), ...more }, { num: 25, den: 1 }, frames).join(' ');
    expect(args()).toMatch(/-crf 22 .*fps=25\/1$/);
    expect(args(150)).toMatch(/-crf 21\.82 .*fps=25\/1:zones=146,149,b=1\.15$/);
    expect(args(2)).toMatch(/zones=0,1,b=1\.15$/);
    expect(args(150, { crf: 0 })).toContain('-crf 0 ');
    expect(args(150, { crf: undefined, averageKbps: 900 })).toContain('-b:v 900k ');
  });

  it('give a chunk what x265 would have given it for the next one', () => {
    const args = (frames?: number, more: object = {}) =>
      encoderArgs({ ...quality('libx265'), ...more }, { num: 25, den: 1 }, frames).join(' ');
    expect(args()).toContain('-crf 22 -maxrate 2800k -bufsize 5600k ');
    expect(args(150)).toContain('-crf 21.85 -maxrate 2800k -bufsize 5600k ');
    expect(args(150, { crf: 0 })).toContain('-crf 0 ');
    expect(args(150, { crf: undefined, averageKbps: 900 })).toContain('-b:v 900k -maxrate 2800k ');
  });

  it.each([
    [
      'libx264',
      undefined,
      '-c:v libx264 -preset medium -crf 22 -maxrate 2800k -bufsize 5600k -threads 1 -x264-params stitchable=1:cpu-independent=1:fps=30000/1001',
    ],
    [
      'libx265',
      undefined,
      '-c:v libx265 -preset medium -crf 22 -maxrate 2800k -bufsize 5600k -forced-idr 1 -tag:v hvc1 -x265-params pools=none:frame-threads=1:wpp=0:open-gop=0:info=0:log-level=error:fps=30000/1001',
    ],
    [
      'libvpx-vp9',
      undefined,
      '-c:v libvpx-vp9 -deadline good -cpu-used 2 -crf 22 -b:v 0 -row-mt 0 -threads 1',
    ],
    [
      'libsvtav1',
      undefined,
      '-c:v libsvtav1 -preset 7 -crf 22 -maxrate 2800k -bufsize 5600k -svtav1-params lp=1:fps-num=30000:fps-denom=1001',
    ],
    [
      'h264_nvenc',
      {},
      '-c:v h264_nvenc -preset p5 -tune hq -rc vbr -cq 22 -b:v 0 -maxrate 2800k -bufsize 5600k -bf 2 -b_ref_mode disabled -no-scenecut 1 -forced-idr 1',
    ],
    [
      'h264_qsv',
      { node: '/dev/dri/renderD128' },
      '-qsv_device /dev/dri/renderD128 format=nv12 -c:v h264_qsv -preset medium -global_quality 22 -b:v 2100k -maxrate 2800k -bufsize 5600k -bf 0 -look_ahead 0 -forced_idr 1',
    ],
    [
      'h264_vaapi',
      { node: '/dev/dri/renderD129' },
      '-vaapi_device /dev/dri/renderD129 format=nv12 hwupload -c:v h264_vaapi -rc_mode QVBR -global_quality 22 -b:v 2100k -maxrate 2800k -bufsize 5600k -bf 0',
    ],
    [
      'h264_standin',
      {},
      '-c:v libx264 -preset medium -crf 22 -maxrate 2800k -bufsize 5600k -threads 1 -x264-params stitchable=1:cpu-independent=1:fps=30000/1001',
    ],
  ])('of %s', (encoder, device, expected) => {
    expect(argv(encoder, device)).toBe(expected);
  });
});
