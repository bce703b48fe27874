import { makeBox } from '@framefold/media';
import type { PlannedSegment } from './checks/check-planned.ts';
import {
  addressOf,
  aSegment,
  edit,
  readerOf,
  smallTree,
  type Departure,
  type Files,
} from './testing/small-tree.ts';
import { verifyTree } from './verify.ts';

const PLAYLIST = '180p/playlist.m3u8';
const MASTER = 'master.m3u8';

/** What is found in the small tree after a change, as `severity CODE where`. */
async function found(change: (files: Files) => void, manifest = MASTER): Promise<string[]> {
  const files = smallTree();
  change(files);
  const { findings } = await verifyTree(readerOf(files), addressOf(manifest));
  return findings.map(({ severity, code, where }) => `${severity} ${code} ${where}`);
}

const depart =
  (rendition: string, index: number, departure: Departure) =>
  (files: Files): void =>
    void files.set(`${rendition}/${index}.m4s`, aSegment(rendition, index, departure));

const text =
  (path: string, part: string | RegExp, by: string) =>
  (files: Files): void =>
    edit(files, path, part, by);

describe('a tree by our own writers', () => {
  it('has no findings, and is measured', async () => {
    const reader = readerOf(smallTree());
    const { tracks, findings } = await verifyTree(reader, addressOf(MASTER));
    expect(findings).toEqual([]);
    expect(tracks.map(({ name }) => name)).toEqual([
      PLAYLIST.replace('180', '360'),
      'audio/playlist.m3u8',
      PLAYLIST,
    ]);
    expect(tracks[0]).toMatchObject({
      ...{ kind: 'video', codecs: 'avc1.64001E', width: 640, height: 360 },
      ...{ segments: 3, samples: 15, segmentSamples: [5, 5, 5], segmentStartSeconds: [1, 2, 3] },
      ...{ startSeconds: 1, durationSeconds: 3 },
    });
    expect(tracks[1]).toMatchObject({ kind: 'audio', codecs: 'mp4a.40.2', samples: 141 });
    expect(tracks[1]?.startSeconds).toBeCloseTo(1 - 1024 / 48_000, 9);
  });

  it('is not read further than its heads', async () => {
    const files = smallTree();
    const large = Buffer.concat([aSegment('360p', 0), Buffer.alloc(5_000_000)]);
    large.writeUInt32BE(5_000_000, large.length - 5_000_000);
    large.write('free', large.length - 5_000_000 + 4, 'latin1');
    large.write('mdat', large.length - 5_000_000 + 4, 'latin1');
    files.set('360p/0.m4s', large);
    const reader = readerOf(files);
    await verifyTree(reader, addressOf(MASTER));
    expect(reader.bytesRead()).toBeLessThan(100_000);
  });

  it('can be a media playlist alone', async () => {
    expect(await found(() => undefined, PLAYLIST)).toEqual([]);
  });
});

/** Puts a box at the end of the sample entry, and makes all that are around it longer. */
function withColours(init: Buffer, box: Buffer): Buffer {
  const changed = Buffer.concat([init, box]);
  for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1']) {
    const at = changed.indexOf(type) - 4;
    changed.writeUInt32BE(changed.readUInt32BE(at) + box.length, at);
  }
  return changed;
}

const segment1 = `${PLAYLIST}, segment 1 (1.m4s)`;
const segment2 = `${PLAYLIST}, segment 2 (2.m4s)`;

describe('one thing wrong', () => {
  it.each<[string, (files: Files) => void, string[]]>([
    ['no manifest', (files) => files.delete(MASTER), [`error MANIFEST_MISSING ${addressOf(MASTER)}`]],
    ['a manifest that is none', text(MASTER, '#EXTM3U', ''), [`error MANIFEST_INVALID ${addressOf(MASTER)}`]],
    ['no playlist', (files) => files.delete(PLAYLIST), [`error MANIFEST_MISSING ${PLAYLIST}`]],
    [
      'a playlist without a target duration',
      text(PLAYLIST, /#EXT-X-TARGETDURATION:\d+\n/, ''),
      [`error MANIFEST_INVALID ${PLAYLIST}`],
    ],
    [
      'a master in a master',
      (files) => files.set(PLAYLIST, files.get(MASTER)!),
      [`error MANIFEST_INVALID ${PLAYLIST}`],
    ],
    [
      'a segment that is not there',
      (files) => files.delete('180p/1.m4s'),
      [`error FILE_MISSING ${segment1}`],
    ],
    [
      'an init that is not there',
      (files) => files.delete('180p/init.mp4'),
      [`error FILE_MISSING ${PLAYLIST}, init`],
    ],
    [
      'a byte range beyond the end',
      text(PLAYLIST, '1.m4s', '#EXT-X-BYTERANGE:9000@0\n1.m4s'),
      [`error RANGE_OUTSIDE_FILE ${segment1}`],
    ],
    [
      'an init that is not boxes',
      (files) => files.set('180p/init.mp4', Buffer.alloc(100, 'x')),
      [`error INIT_UNREADABLE ${PLAYLIST}, init`],
    ],
    [
      'a second init',
      (files) => {
        edit(files, PLAYLIST, /(#EXTINF.*\n2\.m4s)/, '#EXT-X-MAP:URI="other.mp4"\n$1');
        files.set('180p/other.mp4', files.get('180p/init.mp4')!);
      },
      [`error INIT_CHANGES ${segment2}`],
    ],
    [
      'a second init behind a discontinuity',
      (files) => {
        edit(files, PLAYLIST, /(#EXTINF.*\n2\.m4s)/, '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="other.mp4"\n$1');
        files.set('180p/other.mp4', files.get('180p/init.mp4')!);
      },
      [`warning INIT_CHANGES ${segment2}`],
    ],
    [
      'a segment that is cut short',
      (files) => files.set('180p/1.m4s', aSegment('180p', 1).subarray(0, 150)),
      [`error SEGMENT_UNREADABLE ${segment1}`],
    ],
    [
      'a segment without bytes',
      (files) => files.set('180p/1.m4s', Buffer.alloc(0)),
      [`error SEGMENT_EMPTY ${segment1}`],
    ],
    [
      'a segment without frames',
      (files) => files.set('180p/1.m4s', aSegment('180p', 1).subarray(0, 24)),
      [`error SEGMENT_EMPTY ${segment1}`],
    ],
    [
      'a gap',
      depart('180p', 2, { shiftTicks: 900 }),
      [`error GAP ${segment2}`, `error BORDERS_DIFFER ${PLAYLIST}`],
    ],
    ['a gap that nobody notices', depart('180p', 2, { shiftTicks: 45 }), [`warning GAP ${segment2}`]],
    [
      'an overlap',
      depart('180p', 2, { shiftTicks: -900 }),
      [`error OVERLAP ${segment2}`, `error BORDERS_DIFFER ${PLAYLIST}`],
    ],
    ['an EXTINF', text(PLAYLIST, /1\.000000(,\n1\.m4s)/, '1.300000$1'), [`error DURATION_WRONG ${segment1}`]],
    [
      'an EXTINF that is a frame off',
      text(PLAYLIST, /1\.000000(,\n1\.m4s)/, '1.200000$1'),
      [`warning DURATION_WRONG ${segment1}`],
    ],
    ['no keyframe', depart('180p', 1, { isSync: false }), [`error NOT_INDEPENDENT ${segment1}`]],
    [
      'fewer frames than the alternative',
      depart('180p', 1, { frames: 4, ticks: 22_500 }),
      [`warning FRAMES_DIFFER ${PLAYLIST}`],
    ],
    [
      'fewer segments than the alternative',
      text(PLAYLIST, /#EXTINF.*\n2\.m4s\n/, ''),
      [`error BORDERS_DIFFER ${PLAYLIST}`],
    ],
    ['no codecs', text(MASTER, /,CODECS="[^"]*"(.*\n180p)/, '$1'), [`warning CODECS_MISSING ${PLAYLIST}`]],
    [
      'a wrong codec',
      text(MASTER, /avc1\.64001E(.*\n180p)/, 'avc1.64001F$1'),
      [`error CODECS_WRONG ${PLAYLIST}`, `error CODECS_WRONG ${PLAYLIST}`],
    ],
    [
      'the sound left out of the codecs',
      text(MASTER, /,mp4a\.40\.2(.*\n180p)/, '$1'),
      [`error CODECS_WRONG ${PLAYLIST}`],
    ],
    ['a wrong resolution', text(MASTER, '320x180', '320x240'), [`error RESOLUTION_WRONG ${PLAYLIST}`]],
    [
      'HDR that is declared as SDR',
      (files) => {
        const init = files.get('180p/init.mp4')!;
        const colours = Buffer.concat([Buffer.from('nclx'), Buffer.from([0, 9, 0, 16, 0, 9, 0])]);
        files.set('180p/init.mp4', withColours(init, makeBox('colr', colours)));
      },
      [`error VIDEO_RANGE_WRONG ${PLAYLIST}`],
    ],
    [
      'a lower frame rate than it has',
      text(MASTER, /FRAME-RATE=5.000(.*\n180p)/, 'FRAME-RATE=2.500$1'),
      [`warning FRAME_RATE_WRONG ${PLAYLIST}`],
    ],
    [
      'a target duration that is exceeded',
      (files) => {
        for (const name of ['360p', '180p', 'audio'])
          edit(files, `${name}/playlist.m3u8`, 'TARGETDURATION:2', 'TARGETDURATION:1');
        edit(files, PLAYLIST, /1\.000000(,\n1\.m4s)/, '1.600000$1');
      },
      [
        `error MANIFEST_INVALID ${PLAYLIST}`,
        `error DURATION_WRONG ${segment1}`,
        `error TARGET_DURATION_EXCEEDED ${PLAYLIST}`,
      ],
    ],
    [
      'different target durations',
      text(PLAYLIST, 'TARGETDURATION:2', 'TARGETDURATION:3'),
      [`error TARGET_DURATIONS_DIFFER ${PLAYLIST}`],
    ],
    [
      'too low a bandwidth',
      text(MASTER, /:BANDWIDTH=\d+(.*\n180p)/, ':BANDWIDTH=60000$1'),
      [`error BANDWIDTH_WRONG ${PLAYLIST}`],
    ],
    [
      'too high a bandwidth',
      text(MASTER, /:BANDWIDTH=\d+(.*\n180p)/, ':BANDWIDTH=200000$1'),
      [`warning BANDWIDTH_WRONG ${PLAYLIST}`],
    ],
    [
      'too low an average',
      text(MASTER, /AVERAGE-BANDWIDTH=\d+(.*\n180p)/, 'AVERAGE-BANDWIDTH=60000$1'),
      [`error AVERAGE_BANDWIDTH_WRONG ${PLAYLIST}`],
    ],
    [
      'late sound',
      (files) => {
        for (const index of [0, 1, 2]) depart('audio', index, { shiftTicks: 24_000 })(files);
      },
      ['warning STARTS_DIFFER audio/playlist.m3u8'],
    ],
    [
      'sound that ends early',
      (files) => {
        depart('audio', 2, { frames: 20 })(files);
        edit(files, 'audio/playlist.m3u8', /1\.002667(,\n2\.m4s)/, '0.426667$1');
      },
      ['warning ENDS_DIFFER audio/playlist.m3u8'],
    ],
    [
      'sound that ends late',
      (files) => {
        depart('audio', 2, { frames: 80 })(files);
        edit(files, 'audio/playlist.m3u8', /1\.002667(,\n2\.m4s)/, '1.706667$1');
      },
      ['warning ENDS_DIFFER audio/playlist.m3u8'],
    ],
    [
      'all frames but the first shown later by one, the last with the next segment',
      depart('180p', 1, { delays: [0, 18_000, 18_000, 18_000, 18_000] }),
      [`warning PRESENTATION_GAP ${segment1}`, `error PRESENTATION_OVERLAP ${segment2}`],
    ],
    [
      'two frames shown at one time',
      depart('180p', 1, { delays: [0, 0, 18_000] }),
      [`error PRESENTATION_OVERLAP ${segment1}`],
    ],
    [
      'a hole between frames',
      depart('180p', 2, { delays: [0, 0, 10_000, 5_000] }),
      [`warning PRESENTATION_GAP ${segment2}`],
    ],
    [
      'a hole longer than any decode clock hides',
      depart('180p', 1, { delays: [0, 63_000, 46_000, 29_000, 12_000] }),
      [`error PRESENTATION_GAP ${segment1}`],
    ],
    ['a playlist that goes on', text(PLAYLIST, '#EXT-X-ENDLIST', ''), [`warning NOT_CHECKED ${PLAYLIST}`]],
    [
      'a hole inside of a segment',
      (files) =>
        files.set(
          '180p/1.m4s',
          Buffer.concat([
            aSegment('180p', 1, { frames: 2 }),
            aSegment('180p', 1, { frames: 2, shiftTicks: 54_000 }),
          ]),
        ),
      [`error GAP ${segment1}`, `warning FRAMES_DIFFER ${PLAYLIST}`],
    ],
    [
      'segments of another track than the init',
      (files) => {
        const bytes = aSegment('180p', 1);
        bytes.writeUInt32BE(2, bytes.indexOf('tfhd') + 8);
        files.set('180p/1.m4s', bytes);
      },
      [`error SEGMENT_EMPTY ${segment1}`],
    ],
    [
      'an end before that of the alternative',
      (files) => {
        depart('180p', 2, { frames: 3 })(files);
        edit(files, PLAYLIST, /1\.000000(,\n2\.m4s)/, '0.600000$1');
      },
      [`error BORDERS_DIFFER ${PLAYLIST}`],
    ],
    [
      'a segment that players are not to load',
      (files) => {
        edit(files, PLAYLIST, '1.m4s', '#EXT-X-GAP\n1.m4s');
        edit(files, PLAYLIST, 'VERSION:6', 'VERSION:8');
        files.delete('180p/1.m4s');
      },
      [`warning NOT_CHECKED ${segment1}`],
    ],
    [
      'a playlist of I-frames alone',
      text(PLAYLIST, '#EXT-X-MAP', '#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP'),
      [`warning NOT_CHECKED ${PLAYLIST}`],
    ],
    [
      'I-frames beside variants',
      text(MASTER, /$/, '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1000,URI="i.m3u8"\n'),
      ['warning NOT_CHECKED i.m3u8'],
    ],
    [
      'a live playlist that is behind another',
      (files) => {
        edit(files, PLAYLIST, '#EXT-X-ENDLIST', '');
        edit(files, PLAYLIST, /#EXTINF.*\n2\.m4s\n/, '');
      },
      [`warning NOT_CHECKED ${PLAYLIST}`],
    ],
    [
      'another picture of the same variant',
      (files) => {
        const media = '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="angle",NAME="Left",URI="left/playlist.m3u8"\n';
        edit(files, MASTER, '#EXT-X-STREAM-INF', `${media}#EXT-X-STREAM-INF`);
        edit(files, MASTER, /AUDIO="audio"(\n180p)/, 'AUDIO="audio",VIDEO="angle"$1');
      },
      ['error MANIFEST_MISSING left/playlist.m3u8'],
    ],
    [
      'segments of an unknown format',
      (files) => files.set('180p/1.m4s', Buffer.alloc(400, 'x')),
      [`warning NOT_CHECKED ${segment1}`],
    ],
    [
      'encryption',
      text(PLAYLIST, '#EXT-X-MAP', '#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXT-X-MAP'),
      [`warning NOT_CHECKED ${PLAYLIST}`],
    ],
  ])('is told: %s', async (_, change, expected) => {
    expect(await found(change)).toEqual(expected);
  });

  it('is told: no init named', async () => {
    const findings = await found(text(PLAYLIST, /#EXT-X-MAP.*\n/, ''));
    expect(findings.filter((finding) => finding.startsWith('error INIT_MISSING'))).toHaveLength(3);
  });

  it('is told: libavformat sees another start', async () => {
    const startsOf = (video: number) => () => Promise.resolve({ video, audio: 1 - 1024 / 48_000 });
    const verify = async (video: number) =>
      (await verifyTree(readerOf(smallTree()), addressOf(MASTER), { libavformatStarts: startsOf(video) }))
        .findings;
    expect(await verify(1.0009)).toEqual([]);
    expect((await verify(1.002)).map(({ code, where }) => `${code} ${where}`)).toEqual([
      'START_READERS_DISAGREE 360p/playlist.m3u8',
      'START_READERS_DISAGREE 180p/playlist.m3u8',
    ]);
  });
});

describe('what is no fault', () => {
  it.each<[string, (files: Files) => void]>([
    ['an apostrophe in a name', text(MASTER, 'NAME="English"', 'NAME="Director\'s, "')],
    ['line ends of another system', (files) => edit(files, MASTER, /\n/g, '\r\n')],
    [
      'one file with byte ranges that follow on each other',
      (files) => {
        const init = files.get('180p/init.mp4')!;
        const segments = [0, 1, 2].map((index) => files.get(`180p/${index}.m4s`)!);
        files.set('180p/all.mp4', Buffer.concat([init, ...segments]));
        edit(files, PLAYLIST, 'URI="init.mp4"', `URI="all.mp4",BYTERANGE="${init.length}@0"`);
        for (const [index, { length }] of segments.entries()) {
          const range = index === 0 ? `${length}@${init.length}` : length;
          edit(files, PLAYLIST, `${index}.m4s`, `#EXT-X-BYTERANGE:${range}\nall.mp4`);
        }
      },
    ],
    [
      'frames that are not decoded in the order in which they are shown',
      (files) => {
        const delays = [0, 18_000, -18_000, 18_000, -18_000].map((ticks) => ticks + 18_000);
        for (const index of [0, 1, 2]) depart('180p', index, { delays, shiftTicks: -18_000 })(files);
      },
    ],
    [
      'sound that ends a little later',
      (files) => {
        depart('audio', 2, { frames: 68 })(files);
        edit(files, 'audio/playlist.m3u8', /1\.002667(,\n2\.m4s)/, '1.450667$1');
      },
    ],
    [
      'a lower frame rate, whose last frame is shown for longer',
      (files) => {
        for (const index of [0, 1]) depart('180p', index, { frames: 2, ticks: 45_000 })(files);
        depart('180p', 2, { frames: 3, ticks: 33_000 })(files);
        edit(files, PLAYLIST, /1\.000000(,\n2\.m4s)/, '1.100000$1');
      },
    ],
  ])('%s', async (_, change) => {
    expect(await found(change)).toEqual([]);
  });
});

describe('a plan', () => {
  const segment = (index: number): PlannedSegment => ({
    sizeBytes: aSegment('360p', index).length,
    samples: 5,
    startTicks: (index + 1) * 90_000,
    endTicks: (index + 2) * 90_000,
  });
  const held = async (
    planned: readonly PlannedSegment[],
    name = '360p/playlist.m3u8',
    change: (files: Files) => void = () => undefined,
  ): Promise<string[]> => {
    const files = smallTree();
    change(files);
    const { findings } = await verifyTree(readerOf(files), addressOf(MASTER), {
      planned: new Map([[name, planned]]),
    });
    return findings.map(({ code, where }) => `${code} ${where}`);
  };
  const departing = (change: Partial<PlannedSegment>): PlannedSegment[] => [
    segment(0),
    { ...segment(1), ...change },
    segment(2),
  ];
  const where = '360p/playlist.m3u8, segment 1 (1.m4s)';

  it.each<[string, Partial<PlannedSegment>, string[]]>([
    ['all as planned', {}, []],
    ['a frame', { samples: 6 }, [`FRAMES_WRONG ${where}`]],
    ['a byte', { sizeBytes: 1 }, [`SIZE_WRONG ${where}`]],
    ['a tick at the start', { startTicks: 180_001 }, [`START_WRONG ${where}`, `START_WRONG ${where}`]],
    ['a tick at the end', { endTicks: 269_999 }, [`END_WRONG ${where}`]],
  ])('is held against the segments: %s', async (_, change, expected) => {
    expect(await held(departing(change))).toEqual(expected);
  });

  it('tells of what is not there, or could not be measured', async () => {
    expect(await held([segment(0)])).toEqual(['SEGMENTS_WRONG 360p/playlist.m3u8']);
    expect(await held([segment(0)], 'other/playlist.m3u8')).toEqual(['SEGMENTS_WRONG other/playlist.m3u8']);
    const change = (files: Files): void => void files.set('360p/1.m4s', Buffer.alloc(400, 'x'));
    expect(await held(departing({}), '360p/playlist.m3u8', change)).toEqual([
      `NOT_CHECKED ${where}`,
      'SEGMENTS_WRONG 360p/playlist.m3u8, segment 1',
    ]);
  });
});

describe('text', () => {
  it('is counted, and need not be as long as the rest', async () => {
    const files = smallTree();
    const media = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",URI="text/playlist.m3u8"\n';
    edit(files, MASTER, '#EXT-X-STREAM-INF', `${media}#EXT-X-STREAM-INF`);
    edit(files, MASTER, /AUDIO="audio"/g, 'AUDIO="audio",SUBTITLES="text"');
    files.set('text/a.vtt', Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n'));
    const playlist = ['#EXTM3U', '#EXT-X-TARGETDURATION:3', '#EXTINF:3,', 'a.vtt', '#EXT-X-ENDLIST'];
    files.set('text/playlist.m3u8', Buffer.from(playlist.join('\n')));
    const { tracks, findings } = await verifyTree(readerOf(files), addressOf(MASTER));
    expect(findings).toEqual([]);
    expect(tracks.find(({ kind }) => kind === 'text')).toMatchObject({
      segments: 1,
      samples: 1,
      codecs: 'wvtt',
    });
  });
});
