import { parseDescription, type Description } from './parse-description.ts';

type Fields = Readonly<Record<string, unknown>>;

const FORMAT = { format_name: 'matroska,webm', start_time: '0.000000', duration: '10.000000' };

const PICTURE = {
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  width: 640,
  height: 360,
  sample_aspect_ratio: '1:1',
  pix_fmt: 'yuv420p',
  time_base: '1/12800',
};

const SOUND = { index: 1, codec_type: 'audio', codec_name: 'aac', channels: 2, sample_rate: '48000' };

const describeFile = (streams: readonly Fields[], format: Fields = FORMAT): Description =>
  parseDescription(JSON.stringify({ format, streams }));

const describePicture = (fields: Fields): Description['video'] =>
  describeFile([{ ...PICTURE, ...fields }]).video;

const codeOf = (json: string): unknown => {
  try {
    return parseDescription(json);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('parseDescription', () => {
  it.each([
    ['empty output', ''],
    ['an error text', 'Invalid data found'],
    ['an empty object', '{}'],
    ['no streams', JSON.stringify({ format: FORMAT, streams: [] })],
    ['streams left out', JSON.stringify({ format: FORMAT })],
    ['no format', JSON.stringify({ streams: [PICTURE] })],
  ])('takes %s for no media', (_, json) => {
    expect(codeOf(json)).toBe('SOURCE_NOT_MEDIA');
  });

  it('reads container figures, and takes N/A for unknown', () => {
    const known = describeFile([PICTURE], { ...FORMAT, start_time: '-0.080000' });
    expect(known.meta).toMatchObject({ container: 'matroska,webm', startSeconds: -0.08 });
    expect(known.containerSeconds).toBe(10);
    const unknown = describeFile([PICTURE], { ...FORMAT, start_time: 'N/A', duration: 'N/A' });
    expect(unknown.meta.startSeconds).toBe(0);
    expect(unknown.containerSeconds).toBeUndefined();
  });

  it.each([
    ['mov,mp4,m4a,3gp,3g2,mj2', '250', 250],
    ['mov,mp4,m4a,3gp,3g2,mj2', 'N/A', undefined],
    ['avi', '250', undefined],
  ])('of a count of frames in %s (%s) believes %s', (format_name, nb_frames, promised) => {
    const { promisedFrames } = describeFile([{ ...PICTURE, nb_frames }], { format_name });
    expect(promisedFrames).toBe(promised);
  });

  describe('of the picture', () => {
    it('does not mind rates of 0/0 and a bit rate of N/A', () => {
      const video = describePicture({ r_frame_rate: '0/0', avg_frame_rate: '0/0', bit_rate: 'N/A' });
      expect(video).toMatchObject({ codec: 'h264', timeBase: { num: 1, den: 12_800 } });
      expect(video).not.toHaveProperty('bitrateKbps');
      expect(describePicture({ bit_rate: '1234567' })?.bitrateKbps).toBe(1235);
    });

    it.each<[string, Fields]>([
      ['a codec that ffprobe calls unknown', { codec_name: 'unknown' }],
      ['no codec', { codec_name: undefined }],
      ['no width', { width: 0 }],
      ['no height', { height: undefined }],
      ['a time base of 0/0', { time_base: '0/0' }],
      ['a time base that is no fraction', { time_base: '1/2/3' }],
    ])('refuses %s', (_, fields) => {
      const json = JSON.stringify({ format: FORMAT, streams: [{ ...PICTURE, ...fields }] });
      expect(codeOf(json)).toBe('SOURCE_UNSUPPORTED');
    });

    it.each([
      [undefined, 0, 640, 360],
      [0, 0, 640, 360],
      [-90, 90, 360, 640],
      [90, 270, 360, 640],
      [180, 180, 640, 360],
      [-180, 180, 640, 360],
      [270, 90, 360, 640],
      [-89.6, 90, 360, 640],
      [12, 0, 640, 360],
    ])("turns ffprobe's rotation of %s to %i clockwise", (rotation, degrees, width, height) => {
      const side_data_list = rotation === undefined ? [{}] : [{ side_data_type: 'other' }, { rotation }];
      expect(describePicture({ side_data_list })).toMatchObject({
        codedWidth: 640,
        codedHeight: 360,
        rotationDegrees: degrees,
        displayWidth: width,
        displayHeight: height,
      });
    });

    it.each([
      ['4:3', { num: 4, den: 3 }, 853],
      ['8:9', { num: 8, den: 9 }, 569],
      ['0:1', { num: 1, den: 1 }, 640],
      ['1:0', { num: 1, den: 1 }, 640],
      ['N/A', { num: 1, den: 1 }, 640],
      [undefined, { num: 1, den: 1 }, 640],
    ])('of pixels of %s', (sample_aspect_ratio, sampleAspectRatio, displayWidth) => {
      expect(describePicture({ sample_aspect_ratio })).toMatchObject({
        sampleAspectRatio,
        displayWidth,
        displayHeight: 360,
      });
    });

    it('stretches pixels before it turns the picture', () => {
      const video = describePicture({ sample_aspect_ratio: '4:3', side_data_list: [{ rotation: -90 }] });
      expect(video).toMatchObject({ displayWidth: 360, displayHeight: 853 });
    });

    it('leaves out colours that ffprobe does not know', () => {
      const video = describePicture({
        color_transfer: 'bt709',
        color_primaries: 'unknown',
        color_range: 'tv',
      });
      expect(video).toMatchObject({ transfer: 'bt709', range: 'tv', hdr: 'none' });
      expect(video).not.toHaveProperty('primaries');
      expect(video).not.toHaveProperty('matrix');
    });

    it.each([
      ['smpte2084', 'pq'],
      ['arib-std-b67', 'hlg'],
      ['unknown', 'none'],
    ])('takes transfer %s for HDR %s', (color_transfer, hdr) => {
      expect(describePicture({ color_transfer })?.hdr).toBe(hdr);
    });

    it.each([
      ['tt', true],
      ['bt', true],
      ['progressive', false],
      ['unknown', false],
      [undefined, false],
    ])('takes field order %s for interlaced: %s', (field_order, interlaced) => {
      expect(describePicture({ field_order })?.interlaced).toBe(interlaced);
    });
  });

  describe('of several tracks', () => {
    const cover = { ...PICTURE, index: 0, codec_name: 'mjpeg', disposition: { default: 1, attached_pic: 1 } };

    it('does not take cover art for a picture', () => {
      const alone = describeFile([cover, SOUND]);
      expect(alone.video).toBeUndefined();
      expect(alone.meta.otherVideoTracks).toBe(0);
      const both = describeFile([cover, { ...PICTURE, index: 2 }]);
      expect(both.video?.streamIndex).toBe(2);
      expect(both.meta.otherVideoTracks).toBe(0);
    });

    it('chooses the default picture, else the first', () => {
      const second = { ...PICTURE, index: 1, disposition: { default: 1 } };
      const chosen = describeFile([PICTURE, second]);
      expect(chosen.video?.streamIndex).toBe(1);
      expect(chosen.meta.otherVideoTracks).toBe(1);
      const first = describeFile([PICTURE, { ...second, disposition: { default: 0 } }]);
      expect(first.video?.streamIndex).toBe(0);
    });

    it('reads what containers say of sound, and leaves out what says nothing', () => {
      const { meta } = describeFile([
        {
          ...SOUND,
          start_time: '-0.021000',
          duration: '9.500000',
          disposition: { default: 1 },
          tags: { language: 'deu', title: 'Kommentar' },
        },
        { ...SOUND, index: 2, start_time: 'N/A', duration: 'N/A', tags: { language: 'und', title: '' } },
      ]);
      const common = { codec: 'aac', channels: 2, sampleRateHz: 48_000 };
      expect(meta.audio).toEqual([
        {
          ...common,
          streamIndex: 1,
          language: 'deu',
          title: 'Kommentar',
          isDefault: true,
          startSeconds: -0.021,
          durationSeconds: 9.5,
        },
        { ...common, streamIndex: 2, isDefault: false, startSeconds: 0 },
      ]);
    });

    it('counts sound that cannot be decoded, subtitles and other tracks', () => {
      const { meta } = describeFile([
        PICTURE,
        SOUND,
        { ...SOUND, index: 2, codec_name: 'unknown' },
        { ...SOUND, index: 3, codec_name: undefined },
        { ...SOUND, index: 4, channels: 0 },
        { ...SOUND, index: 5, sample_rate: '0' },
        { index: 6, codec_type: 'subtitle', codec_name: 'subrip' },
        { index: 7, codec_type: 'data' },
        { index: 8 },
      ]);
      expect(meta.audio.map((track) => track.streamIndex)).toEqual([1]);
      expect(meta).toMatchObject({ undecodableAudioTracks: 4, otherVideoTracks: 0 });
    });
  });
});
