import {
  hdrColour,
  PLAN_VERSION,
  type Plan,
  type PlannedInput,
  type VideoRendition,
} from '@framefold/domain';
import { audioRendition, plannedInput, SDR, videoRendition } from '@framefold/domain/testing';
import { audioArgv } from './audio-argv.ts';
import { chunkArgv, firstPassArgv, needsFirstPass, type Seek } from './chunk-argv.ts';

const INPUT = plannedInput({
  streamIndex: 1,
  timeBase: { num: 1, den: 12_288 },
  firstPts: 12_288,
  originPts: 12_288,
  containerStartSeconds: 1,
  audio: { 'audio-eng': 0 },
});

const PLAN: Plan = {
  version: PLAN_VERSION,
  jobId: 'job',
  segmentSeconds: 6,
  inputs: [INPUT],
  video: {
    frames: 288,
    durationTicks: 1_080_000,
    decodeLeadTicks: 7500,
    nominalFrameTicks: 3750,
  },
  presentationOriginSeconds: 1,
  renditions: [
    videoRendition({ name: '480p', width: 854, height: 480, maxrateKbps: 1400, bufsizeKbps: 2800 }),
    videoRendition(),
  ],
  subtitles: [],
  audio: [audioRendition()],
  chunks: [
    {
      index: 0,
      input: 0,
      seekPts: 12_288,
      frames: 144,
      segments: [
        {
          index: 0,
          sourceStartPts: 12_288,
          sourceEndPts: 86_016,
          startTicks: 0,
          endTicks: 540_000,
          frames: 144,
        },
      ],
    },
    {
      index: 1,
      input: 0,
      seekPts: 80_000,
      frames: 144,
      segments: [
        {
          index: 1,
          sourceStartPts: 86_016,
          sourceEndPts: 122_880,
          startTicks: 540_000,
          endTicks: 810_000,
          frames: 72,
        },
        { index: 2, sourceStartPts: 122_880, startTicks: 810_000, endTicks: 1_080_000, frames: 72 },
      ],
    },
  ],
};
const FILES = { sourceFile: '/in/a b.mp4', outputFile: (name: string) => `/out/${name}.mp4` };
const SEEK: Seek = { from: 'keyframe', earlierSeconds: 0 };

function argvOf(chunkIndex: number, seek: Seek = SEEK, plan: Plan = PLAN): string[] {
  const chunk = plan.chunks[chunkIndex];
  if (chunk === undefined) throw new Error('no such chunk');
  return chunkArgv(plan, chunk, FILES, seek);
}
const after = (argv: string[], option: string): string | undefined => argv[argv.indexOf(option) + 1];

describe('chunkArgv', () => {
  it('is this command line', () => {
    expect(argvOf(1).join('\n')).toBe(
      `-nostdin -hide_banner -v error -y -xerror -progress pipe:1 -stats_period 0.5 -threads 1
-noaccurate_seek -ss 5.510418 -copyts
-protocol_whitelist file,pipe -format_whitelist mov,matroska,mpegts,flv,avi,mpeg,mp3,aac,wav,ogg,asf,mxf
-probesize 20000000 -analyzeduration 20000000 -i file:/in/a_b.mp4 -filter_complex_threads 1 -filter_complex
[0:1]settb=1/12288,trim=start_pts=86016,setpts=PTS-(12288):strip_fps=1,settb=1/90000,split=2[s0][s1];[s0]scale=854:480:flags=bicubic+accurate_rnd+full_chroma_int+bitexact:out_range=tv,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v0];[s1]scale=640:360:flags=bicubic+accurate_rnd+full_chroma_int+bitexact:out_range=tv,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v1]
-map [v0] -map_metadata -1 -fps_mode passthrough -enc_time_base 1:90000 -c:v libx264 -preset fast -crf 22
-maxrate 1400k -bufsize 2800k -threads 1 -x264-params stitchable=1:cpu-independent=1:fps=90000/3750 -g 100000 -force_key_frames 8.999500 -flags +bitexact -fflags +bitexact
-video_track_timescale 90000 -use_editlist 0 -movflags +empty_moov+default_base_moof+frag_keyframe -f mp4 /out/480p.mp4
-map [v1] -map_metadata -1 -fps_mode passthrough -enc_time_base 1:90000 -c:v libx264 -preset fast -crf 22
-maxrate 800k -bufsize 1600k -threads 1 -x264-params stitchable=1:cpu-independent=1:fps=90000/3750 -g 100000 -force_key_frames 8.999500 -flags +bitexact -fflags +bitexact
-video_track_timescale 90000 -use_editlist 0 -movflags +empty_moov+default_base_moof+frag_keyframe -f mp4 /out/360p.mp4`
        .split(/\s+/)
        .map((token) => token.replace('a_b', 'a b'))
        .join('\n'),
    );
  });

  it('does not seek for the first chunk, nor when told to decode from the start', () => {
    expect(argvOf(0)).not.toContain('-ss');
    expect(argvOf(1, { from: 'start' })).not.toContain('-ss');
  });

  it('begins earlier where seeking is not exact, and never before the file', () => {
    const inexact = { ...PLAN, inputs: [{ ...INPUT, seekIsExact: false }] };
    expect(after(argvOf(1, SEEK, inexact), '-ss')).toBe('4.510418');
    expect(after(argvOf(1, { from: 'keyframe', earlierSeconds: 10 }), '-ss')).toBe('0.000000');
  });

  it('ends the first chunk at the next one', () => {
    expect(after(argvOf(0), '-filter_complex')).toContain('trim=start_pts=12288:end_pts=86016,');
  });

  it('opens the device of a hardware encoder before the input, and uploads frames last', () => {
    const [chunk] = PLAN.chunks;
    const [rendition] = PLAN.renditions;
    if (chunk === undefined || rendition === undefined) throw new Error('no chunk');
    const plan = { ...PLAN, renditions: [{ ...rendition, encoder: 'h264_vaapi' }] };
    const argv = chunkArgv(plan, chunk, FILES, SEEK, { node: '/dev/dri/renderD129' });
    expect(after(argv, '-vaapi_device')).toBe('/dev/dri/renderD129');
    expect(argv.indexOf('-vaapi_device')).toBeLessThan(argv.indexOf('-i'));
    expect(after(argv, '-filter_complex')).toMatch(/:colorspace=bt709,format=nv12,hwupload\[v0\]$/);
    expect(argv.join(' ')).toContain('-c:v h264_vaapi -rc_mode QVBR');
    expect(argv.join(' ')).toContain('-bf 0 -g 100000 -flags +bitexact');
  });

  describe('in two passes', () => {
    const hevc = videoRendition({ name: 'hevc', codec: 'hevc', encoder: 'libx265' });
    const average = {
      name: 'average',
      crf: undefined,
      averageKbps: 500,
    } as unknown as Partial<VideoRendition>;

    it.each([
      ['libx264 at constant quality', videoRendition(), false],
      ['libx264 at an average rate', videoRendition(average), false],
      ['libx264 in two passes', videoRendition({ ...average, passes: 2 }), true],
      ['libx265 at constant quality', hevc, false],
      ['libx265 in two passes', { ...hevc, ...average, passes: 2 }, true],
    ])('has a first pass where it is of use: %s', (_, rendition, expected) => {
      expect(needsFirstPass({ ...PLAN, renditions: [rendition] })).toBe(expected);
    });

    it('gives the first pass the renditions that want one, by the numbers that they have in the second', () => {
      const twice = { ...hevc, ...average, name: 'hevc', passes: 2 };
      const plan = { ...PLAN, renditions: [...PLAN.renditions, twice] };
      const [chunk] = PLAN.chunks;
      if (chunk === undefined) throw new Error('no chunk');
      const first = firstPassArgv(plan, chunk, FILES, SEEK).join(' ');
      const second = argvOf(0, SEEK, plan).join(' ');
      expect(first).toMatch(
        /-map \[v0\] .*-c:v libx265 .*-pass 1 -passlogfile \/out\/hevc\.mp4-pass .*-f null -$/,
      );
      expect(first).not.toContain('libx264');
      expect(second).toMatch(
        /-map \[v0\] \S+ -1 .*-c:v libx265 .*-pass 2 -passlogfile \/out\/hevc\.mp4-pass /,
      );
      expect(second.match(/-passlogfile /g)).toHaveLength(1);
    });
  });

  it('gives a stand-in the command line of software', () => {
    const standIns = PLAN.renditions.map((rendition) => ({ ...rendition, encoder: 'h264_standin' }));
    expect(argvOf(1, SEEK, { ...PLAN, renditions: standIns })).toEqual(argvOf(1));
  });

  it('tone-maps once for all renditions in SDR, and not those that keep HDR', () => {
    const treatment = {
      colour: { conversion: 'tone-map', input: hdrColour('pq'), output: SDR.colour.output },
    } as const;
    const [first, second] = PLAN.renditions;
    if (first === undefined || second === undefined) throw new Error('no renditions');
    const renditions = [first, second, { ...second, name: 'hdr', dynamicRange: 'pq' as const }];
    const argv = argvOf(0, SEEK, { ...PLAN, inputs: [{ ...INPUT, treatment }], renditions });
    const graphs = argv.filter((_, position) => argv[position - 1] === '-filter_complex');
    expect(graphs).toHaveLength(2);
    const parts = graphs.flatMap((graph) => graph.split(';'));
    expect(parts.filter((part) => part.includes('intent=perceptual'))).toHaveLength(1);
    expect(parts.find((part) => part.endsWith('[v0]'))).toContain(
      'format=yuv420p,setparams=range=tv:color_primaries=bt709',
    );
    expect(parts.find((part) => part.endsWith('[v2]'))).toContain(
      'format=yuv420p10le,setparams=range=tv:color_primaries=bt2020',
    );
  });

  it('takes a run-up for what looks at neighbouring frames, and cuts behind it', () => {
    const treatment = { ...SDR, deinterlace: 'tff' as const };
    const deinterlaced = { ...PLAN, inputs: [{ ...INPUT, treatment }] };
    const graph = after(argvOf(1, SEEK, deinterlaced), '-filter_complex') ?? '';
    expect(graph.indexOf('bwdif=')).toBeLessThan(graph.indexOf('trim='));
    expect(Number(after(argvOf(1, SEEK, deinterlaced), '-ss'))).toBeCloseTo(
      Number(after(argvOf(1), '-ss')) - 1,
      5,
    );
  });

  it('thins frames out by the rule of the plan', () => {
    const [first] = PLAN.renditions;
    if (first === undefined) throw new Error('no rendition');
    const frameRateCaps = { [first.name]: { num: 24, den: 2, biasTicks: 1875 } };
    const capped = { ...PLAN, inputs: [{ ...INPUT, frameRateCaps }], renditions: [first] };
    const graph = after(argvOf(0, SEEK, capped), '-filter_complex') ?? '';
    expect(graph).toContain(
      "select='isnan(prev_pts)+gt(floor((pts+1875)*24/180000),floor((prev_pts+1875)*24/180000))'",
    );
  });
});

describe('chunkArgv of several sources', () => {
  const [first, second] = PLAN.chunks;
  if (first === undefined || second === undefined) throw new Error('no chunks');
  /** The first half of the frames in a third of the time. */
  const inputs: PlannedInput[] = [
    { ...INPUT, durationTicks: 360_000 },
    { ...INPUT, startTicks: 360_000, durationTicks: 720_000, fits: { '480p': { width: 640, height: 480 } } },
  ];
  const plan = (encoder: string): Plan => ({
    ...PLAN,
    inputs,
    renditions: PLAN.renditions.map((rendition) => ({ ...rendition, encoder })),
    chunks: [first, { ...second, input: 1 }],
  });

  it.each([
    // 24 frames a second on the whole, and 36 and 18 in truth.
    ['libx265', ['933k', '1867k']],
    ['libsvtav1', ['933k', '1867k']],
    ['libx264', ['1400k', '1400k']],
  ])('tells %s rates by which each gets what was asked for', (encoder, expected) => {
    expect([0, 1].map((chunk) => after(argvOf(chunk, SEEK, plan(encoder)), '-maxrate'))).toEqual(expected);
  });

  it('puts a picture of another shape into the middle of black, at its place', () => {
    const graph = after(argvOf(1, SEEK, plan('libx264')), '-filter_complex') ?? '';
    expect(graph).toContain('settb=1/90000,setpts=PTS+360000');
    expect(graph).toMatch(/scale=640:480:[^;]*pad=854:480:-1:-1:black,[^;]*\[v0\]/);
    expect(graph).toMatch(/scale=640:360:(?![^;]*pad=)[^;]*\[v1\]/);
  });
});

describe('audioArgv', () => {
  it('cuts and fills up each source to its picture, and makes silence of none', () => {
    const [track] = PLAN.audio;
    if (track === undefined) throw new Error('no track');
    const inputs = [
      { ...INPUT, durationTicks: 90_001 },
      { ...INPUT, startTicks: 90_001, durationTicks: 90_000, audio: {} },
      { ...INPUT, startTicks: 180_001, durationTicks: 90_000 },
    ];
    const argv = audioArgv({ ...PLAN, inputs }, track, ['/a', '/b', '/c'], '/out');
    expect(argv.filter((arg) => arg.startsWith('file:'))).toEqual(['file:/a', 'file:/c']);
    const parts = (after(argv, '-filter_complex') ?? '').split(';');
    expect(parts.map((part) => part.replace(/asetpts=PTS.*first_pts=0/, '...'))).toEqual([
      '[0:0]...,atrim=end_sample=48001,apad=whole_len=48001,asetpts=N/SR/TB,aformat=channel_layouts=stereo[p0]',
      'anullsrc=r=48000:cl=stereo,atrim=end_sample=48000,aformat=channel_layouts=stereo[p1]',
      '[1:0]...,apad=whole_len=48000,asetpts=N/SR/TB,aformat=channel_layouts=stereo[p2]',
      '[p0][p1][p2]concat=n=3:v=0:a=1[a]',
    ]);
  });

  it('counts time from the first frame of the picture', () => {
    const [track] = PLAN.audio;
    if (track === undefined) throw new Error('no track');
    const argv = audioArgv(PLAN, track, ['/in/a.mp4'], '/out/a.mp4');
    expect(after(argv, '-filter_complex')).toBe(
      '[0:0]asetpts=PTS-(12288*1/12288)/TB,aresample=48000:async=480:min_hard_comp=0.015:first_pts=0[a]',
    );
    expect(after(argv, '-map')).toBe('[a]');
    expect(after(argv, '-ac')).toBe('2');
    expect(argv.at(-1)).toBe('/out/a.mp4');
  });
});
