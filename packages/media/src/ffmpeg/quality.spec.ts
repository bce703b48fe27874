import {
  hdrColour,
  MOST_PSNR_DB,
  qualityOf,
  type Plan,
  type PlannedChunk,
  type VideoRendition,
  PLAN_VERSION,
} from '@framefold/domain';
import { plannedInput, SDR, videoRendition } from '@framefold/domain/testing';
import { listsVmaf, qualityArgv, VMAF_LEAD_FRAMES } from './quality-argv.ts';
import { MisalignedError, readQuality, type QualityTexts } from './quality-scores.ts';

const RENDITION = videoRendition();
const HDR: VideoRendition = { ...RENDITION, codec: 'hevc', encoder: 'libx265', dynamicRange: 'pq' };

/** Two segments of two frames and of one, at 25 Hz. */
const CHUNK: PlannedChunk = {
  index: 1,
  input: 0,
  seekPts: 40_000,
  frames: 3,
  segments: [
    {
      index: 1,
      sourceStartPts: 43_008,
      sourceEndPts: 44_032,
      startTicks: 270_000,
      endTicks: 277_200,
      frames: 2,
    },
    {
      index: 2,
      sourceStartPts: 44_032,
      sourceEndPts: 44_544,
      startTicks: 277_200,
      endTicks: 280_800,
      frames: 1,
    },
  ],
};

const INPUT = plannedInput({ streamIndex: 1, firstPts: 4608, originPts: 4608, durationTicks: 280_800 });

const PLAN: Plan = {
  version: PLAN_VERSION,
  jobId: 'job',
  segmentSeconds: 6,
  inputs: [INPUT],
  video: {
    frames: 78,
    durationTicks: 280_800,
    decodeLeadTicks: 7200,
    nominalFrameTicks: 3600,
  },
  presentationOriginSeconds: 1,
  renditions: [RENDITION],
  subtitles: [],
  audio: [],
  chunks: [CHUNK],
  quality: { width: 1280, height: 720 },
};

const argvOf = (plan = PLAN, rendition = RENDITION): string[] =>
  qualityArgv(
    plan,
    CHUNK,
    rendition,
    { sourceFile: '/in/source.mp4', renditionFile: '/scratch/rendition.mp4' },
    { from: 'keyframe', earlierSeconds: 0 },
  );
const graphOf = (...args: Parameters<typeof argvOf>): string[] => {
  const argv = argvOf(...args);
  return (argv[argv.indexOf('-filter_complex') + 1] ?? '').split(';');
};

describe('qualityArgv', () => {
  it('is this command line', () => {
    const argv = argvOf().join(' ').split(' -filter_complex ');
    expect(argv[0]).toBe(
      `-nostdin -hide_banner -v error -y -xerror -threads 1 -noaccurate_seek -ss 3.125001 -copyts
-protocol_whitelist file,pipe -format_whitelist mov,matroska,mpegts,flv,avi,mpeg,mp3,aac,wav,ogg,asf,mxf
-probesize 20000000 -analyzeduration 20000000 -i file:/in/source.mp4 -threads 1
-protocol_whitelist file,pipe -format_whitelist mov,matroska,mpegts,flv,avi,mpeg,mp3,aac,wav,ogg,asf,mxf
-probesize 20000000 -analyzeduration 20000000 -i file:/scratch/rendition.mp4 -filter_complex_threads 1`.replaceAll(
        '\n',
        ' ',
      ),
    );
    expect(argv[1]?.slice(argv[1].indexOf(' -map'))).toBe(
      ` -map [likeness] -fps_mode passthrough -f null - -map [vmaf] -fps_mode passthrough -f null -
-map [st] -fps_mode passthrough -enc_time_base 1:90000 -stats_enc_pre source-times.txt -stats_enc_pre_fmt {pts} -f null -
-map [rt] -fps_mode passthrough -enc_time_base 1:90000 -stats_enc_pre rendition-times.txt -stats_enc_pre_fmt {pts} -f null -`.replaceAll(
        '\n',
        ' ',
      ),
    );
  });

  it('takes the source through the filters of the encode, at its own size', () => {
    const flags = 'flags=bicubic+accurate_rnd+full_chroma_int+bitexact';
    expect(graphOf()).toEqual([
      `[0:1]settb=1/12800,trim=start_pts=43008:end_pts=44544,setpts=PTS-(4608):strip_fps=1,settb=1/90000,scale=1280:720:${flags}:out_range=tv,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,split=3[st][s0][s1]`,
      '[1:v:0]settb=1/90000,setpts=PTS-90000,setsar=1,split=3[rt][r0][r1]',
      '[s0]setpts=N[sl]',
      `[r0]scale=1280:720:${flags},format=yuv420p,setpts=N[rl]`,
      "[rl][sl]libvmaf=log_fmt=json:log_path=likeness.json:model='':feature='name=psnr\\:enable_mse=true|name=float_ssim'[likeness]",
      `[s1]scale=1920:1080:${flags},format=yuv420p,loop=loop=1:size=2:start=0,setpts=N[sv]`,
      `[r1]scale=1920:1080:${flags},format=yuv420p,loop=loop=1:size=2:start=0,setpts=N[rv]`,
      "[rv][sv]libvmaf=log_fmt=json:log_path=vmaf.json:model='version=vmaf_v0.6.1'[vmaf]",
    ]);
  });

  it('thins out, deinterlaces and converts colours as the encode does', () => {
    const colour = { ...SDR.colour, conversion: 'convert' as const };
    const plan: Plan = {
      ...PLAN,
      inputs: [
        {
          ...INPUT,
          treatment: { deinterlace: 'bff', colour },
          frameRateCaps: { [RENDITION.name]: { num: 25, den: 2, biasTicks: 0 } },
        },
      ],
    };
    const [source] = graphOf(plan);
    expect(source).toMatch(/^\[0:1\]bwdif=mode=send_frame:parity=bff.*trim=.*intent=relative.*select='isnan/);
  });

  it('asks no model about HDR, and compares its 10 bits', () => {
    const colour = { ...SDR.colour, conversion: 'tone-map' as const, input: hdrColour('pq') };
    const graph = graphOf({ ...PLAN, inputs: [{ ...INPUT, treatment: { colour } }] }, HDR);
    expect(graph.join(';')).not.toContain('version=vmaf');
    expect(graph[0]).toMatch(/format=yuv420p10le,.*bt2020nc,split=2/);
    expect(graph[3]).toContain('format=yuv420p10le');
    expect(argvOf(PLAN, HDR)).not.toContain('[vmaf]');
  });

  it('takes the model of large displays for large sources', () => {
    const graph = graphOf({ ...PLAN, quality: { width: 3840, height: 2160 } });
    expect(graph.at(-1)).toContain("model='version=vmaf_4k_v0.6.1'");
  });

  it('measures nothing that the plan does not want', () => {
    const { quality: _, ...plan } = PLAN;
    expect(() => argvOf(plan)).toThrow('wants no quality report');
  });
});

describe('listsVmaf', () => {
  it('finds the filter among those of a build', () => {
    expect(
      listsVmaf(' .. life  |->V  Create life.\n .. libvmaf           VV->V      Calculate the VMAF'),
    ).toBe(true);
    expect(listsVmaf(' .. vmafmotion   V->V  Calculate the VMAF Motion score, as libvmaf does.')).toBe(false);
  });
});

describe('readQuality', () => {
  const TIMES = [270_000, 273_600, 277_200];
  const lines = (times: readonly number[]): string => times.map((ticks) => `${ticks}\n`).join('');
  const log = (frames: readonly object[]): string =>
    JSON.stringify({ version: '3', frames: frames.map((metrics, frameNum) => ({ frameNum, metrics })) });
  const likeness = (y: number, cb = y, cr = y, ssim = 0.9): object => ({
    mse_y: y,
    mse_cb: cb,
    mse_cr: cr,
    float_ssim: ssim,
  });
  const texts = (fields: Partial<QualityTexts> = {}): QualityTexts => ({
    likeness: log([likeness(6.5025), likeness(6.5025), likeness(0, 6.5025, 6.5025, 1)]),
    vmaf: log([{ vmaf: 1 }, { vmaf: 2 }, { vmaf: 80 }, { vmaf: 90 }, { vmaf: 99 }]),
    sourceTimes: lines(TIMES),
    renditionTimes: lines(TIMES),
    ...fields,
  });

  it('sums up by segments, without the frames that VMAF saw before', () => {
    expect(VMAF_LEAD_FRAMES).toBe(2);
    const segments = readQuality(texts(), CHUNK, RENDITION);
    expect(segments.map(({ index, sums }) => [index, sums.frames, qualityOf(sums)])).toEqual([
      [1, 2, expect.objectContaining({ vmaf: 85, vmafLowest: 80, psnrDb: 40, psnrYDb: 40, ssim: 0.9 })],
      // Of six samples two differ.
      [2, 1, expect.objectContaining({ vmaf: 99, psnrYDb: MOST_PSNR_DB, psnrDb: 44.771, ssim: 1 })],
    ]);
  });

  it('counts the errors of 10 bits by their own peak', () => {
    const { vmaf: _, ...hdr } = texts({ likeness: log([1, 2, 3].map(() => likeness(1023 ** 2 / 10_000))) });
    const [first] = readQuality(hdr, CHUNK, HDR);
    expect(first && qualityOf(first.sums)).toEqual({ psnrDb: 40, psnrYDb: 40, ssim: 0.9 });
  });

  it.each<[string, Partial<QualityTexts>]>([
    ['the rendition has fewer frames', { renditionTimes: lines(TIMES.slice(1)) }],
    ['the source has fewer', { sourceTimes: lines(TIMES.slice(0, 2)) }],
    ['a frame is shown at another time', { renditionTimes: lines([270_000, 273_601, 277_200]) }],
    ['both have more than planned', bothAt([...TIMES, 280_800])],
    ['both have fewer than planned', bothAt(TIMES.slice(0, 2))],
    ['both have frames of another segment', bothAt([270_000, 273_600, 276_000])],
    ['both have none', bothAt([])],
    ['a score is missing', { likeness: log([likeness(1), likeness(1)]) }],
    ['a VMAF score is missing', { vmaf: log([1, 2, 3, 4].map((vmaf) => ({ vmaf }))) }],
  ])('refuses when %s', (_, fields) => {
    expect(() => readQuality(texts(fields), CHUNK, RENDITION)).toThrow(MisalignedError);
  });

  function bothAt(times: readonly number[]): Partial<QualityTexts> {
    return { sourceTimes: lines(times), renditionTimes: lines(times) };
  }
});
