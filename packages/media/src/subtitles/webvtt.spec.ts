import { onTimeline, readCues, writeWebVtt } from './webvtt.ts';

const FILE = `WEBVTT - made up

NOTE not a cue

1
00:01.500 --> 00:03.000 align:start
Hello
<i>there</i>

01:00:00.000 --> 01:00:02.250
Late\r
`;

describe('readCues', () => {
  it('reads times with and without hours, settings, and text of several lines', () => {
    expect(readCues(FILE)).toEqual([
      { startSeconds: 1.5, endSeconds: 3, settings: 'align:start', text: 'Hello\n<i>there</i>' },
      { startSeconds: 3600, endSeconds: 3602.25, settings: '', text: 'Late' },
    ]);
  });

  it('finds nothing in what is no WebVTT', () => {
    expect(readCues('1\n00:00:01,000 --> 00:00:02,000\nSubRip')).toEqual([]);
  });
});

describe('onTimeline', () => {
  const cue = (startSeconds: number, endSeconds: number) => ({
    startSeconds,
    endSeconds,
    settings: '',
    text: '',
  });

  it.each([
    ['lies inside', cue(12, 13), [cue(2, 3)]],
    ['begins before', cue(9, 11), [cue(0, 1)]],
    ['ends behind', cue(14, 17), [cue(4, 5)]],
    ['is over before', cue(8, 10), []],
    ['comes after', cue(15, 16), []],
  ])('of 10 to 15 s, for a cue that %s', (_, given, expected) => {
    expect(onTimeline([given], { originSeconds: 10, startSeconds: 0, durationSeconds: 5 })).toEqual(expected);
  });

  it('without an end takes what comes late', () => {
    expect(onTimeline([cue(100, 101)], { originSeconds: 10, startSeconds: 0 })).toEqual([cue(90, 91)]);
  });

  it('puts cues where the stretch begins', () => {
    const stretch = { originSeconds: 10, startSeconds: 60, durationSeconds: 5 };
    expect(onTimeline([cue(9, 11), cue(12, 20)], stretch)).toEqual([cue(60, 61), cue(62, 65)]);
  });
});

describe('writeWebVtt', () => {
  it('says where its clock stands on that of the media', () => {
    expect(writeWebVtt(readCues(FILE), 1)).toBe(`WEBVTT
X-TIMESTAMP-MAP=MPEGTS:90000,LOCAL:00:00:00.000

00:00:01.500 --> 00:00:03.000 align:start
Hello
<i>there</i>

01:00:00.000 --> 01:00:02.250
Late
`);
  });

  it('reads back what it wrote', () => {
    const cues = readCues(FILE);
    expect(readCues(writeWebVtt(cues, 1))).toEqual(cues);
  });
});
