import { makeBox, words } from '@framefold/media';
import { addressOf, aSegment, edit, readerOf, smallTree, type Files } from '../testing/small-tree.ts';
import { verifyTree, type VerifyReport } from '../verify.ts';

const TRACK = 'mimeType="video/mp4" codecs="avc1.64001E" width="640" height="360" bandwidth="50000"';

/** Verifies the small tree's larger picture by an MPD of this content. */
function verifyMpd(
  representation: string,
  change: (files: Files) => void = () => undefined,
): Promise<VerifyReport> {
  const files = smallTree();
  files.set(
    'a.mpd',
    Buffer.from(
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S">
       <Period><AdaptationSet startWithSAP="1">${representation}</AdaptationSet></Period></MPD>`,
    ),
  );
  change(files);
  return verifyTree(readerOf(files), addressOf('a.mpd'));
}

const codes = ({ findings }: VerifyReport): string[] =>
  findings.map(({ severity, code, where }) => `${severity} ${code} ${where}`);

const template = (attributes: string, timeline = ''): string =>
  `<Representation id="360p" ${TRACK}><SegmentTemplate initialization="$RepresentationID$/init.mp4" ${attributes}>${timeline}</SegmentTemplate></Representation>`;
const byNumber = 'media="$RepresentationID$/$Number$.m4s" startNumber="0" timescale="90000"';

/** The picture's files one behind the other, with an index. */
function inOneFile(files: Files): {
  readonly indexRange: string;
  readonly initEnd: number;
  readonly mediaRanges: string[];
} {
  const init = files.get('360p/init.mp4')!;
  const segments = [0, 1, 2].map((index) => aSegment('360p', index));
  const references = segments.flatMap((bytes) => [bytes.length, 90_000, 0x9000_0000]);
  const sidx = makeBox('sidx', words(0, 1, 90_000, 90_000, 0, segments.length, ...references));
  files.set('all.mp4', Buffer.concat([init, sidx, ...segments]));
  let at = init.length + sidx.length;
  const mediaRanges = segments.map((bytes) => `${at}-${(at += bytes.length) - 1}`);
  return {
    indexRange: `${init.length}-${init.length + sidx.length - 1}`,
    initEnd: init.length - 1,
    mediaRanges,
  };
}

describe('the segments of an MPD', () => {
  it.each([
    ['by number and duration', template(`${byNumber} presentationTimeOffset="90000" duration="90000"`)],
    [
      'by number on a timeline',
      template(byNumber, '<SegmentTimeline><S t="90000" d="90000" r="2"/></SegmentTimeline>'),
    ],
    [
      'by number, repeated to the end',
      template(
        `${byNumber} presentationTimeOffset="90000"`,
        '<SegmentTimeline><S t="90000" d="90000" r="-1"/></SegmentTimeline>',
      ),
    ],
    [
      'by a list under a base',
      `<Representation id="360p" ${TRACK}><BaseURL>360p/</BaseURL><SegmentList>
         <SegmentTimeline><S t="1" d="1" r="2"/></SegmentTimeline><Initialization sourceURL="init.mp4"/>
         <SegmentURL media="0.m4s"/><SegmentURL media="1.m4s"/><SegmentURL media="2.m4s"/>
       </SegmentList></Representation>`,
    ],
  ])('are addressed %s', async (_, representation) => {
    const report = await verifyMpd(representation);
    expect(codes(report)).toEqual([]);
    expect(report.tracks).toMatchObject([{ name: '360p', segments: 3, samples: 15, startSeconds: 1 }]);
  });

  it.each([
    ['PT3.4S', []],
    ['PT20S', ['error DURATION_WRONG MPD']],
    ['PT2S', ['error DURATION_WRONG MPD']],
  ])('are as long as the MPD says, or it is told: %s', async (length, expected) => {
    const timeline = '<SegmentTimeline><S t="90000" d="90000" r="2"/></SegmentTimeline>';
    const report = await verifyMpd(template(byNumber, timeline), (files) =>
      edit(files, 'a.mpd', 'PT3S', length),
    );
    expect(codes(report)).toEqual(expected);
  });

  it('are addressed by time', async () => {
    const media = 'media="$RepresentationID$/t$Time%07d$.m4s" timescale="90000"';
    const timeline = '<SegmentTimeline><S t="90000" d="90000" r="2"/></SegmentTimeline>';
    const report = await verifyMpd(template(media, timeline), (files) => {
      for (const index of [0, 1, 2])
        files.set(`360p/t${String((index + 1) * 90_000).padStart(7, '0')}.m4s`, aSegment('360p', index));
    });
    expect(codes(report)).toEqual([]);
    expect(report.tracks[0]?.samples).toBe(15);
  });

  it('are addressed by an index', async () => {
    const { indexRange, initEnd } = inOneFile(smallTree());
    const base = `<SegmentBase indexRange="${indexRange}"><Initialization range="0-${initEnd}"/></SegmentBase>`;
    const report = await verifyMpd(
      `<Representation id="v" ${TRACK}><BaseURL>all.mp4</BaseURL>${base}</Representation>`,
      (files) => void inOneFile(files),
    );
    expect(codes(report)).toEqual([]);
    expect(report.tracks[0]).toMatchObject({ segments: 3, samples: 15 });
  });

  it('are addressed by ranges of one file', async () => {
    const { mediaRanges, initEnd } = inOneFile(smallTree());
    const urls = mediaRanges.map((range) => `<SegmentURL mediaRange="${range}"/>`).join('');
    const list = `<SegmentList duration="1"><Initialization range="0-${initEnd}"/>${urls}</SegmentList>`;
    const report = await verifyMpd(
      `<Representation id="v" ${TRACK}><BaseURL>all.mp4</BaseURL>${list}</Representation>`,
      (files) => void inOneFile(files),
    );
    // The list's segments are said to begin at 0, ours begin at 1 s.
    expect(codes(report).every((finding) => finding.startsWith('error START_WRONG'))).toBe(true);
    expect(report.tracks[0]).toMatchObject({ segments: 3, samples: 15 });
  });

  it('are a whole file', async () => {
    const report = await verifyMpd(
      `<Representation id="v" ${TRACK}><BaseURL>all.mp4</BaseURL></Representation>`,
      (files) => void inOneFile(files),
    );
    expect(codes(report)).toEqual([]);
    expect(report.tracks[0]).toMatchObject({ segments: 1, samples: 15 });
  });
});

describe('what an MPD says', () => {
  const timeline = (entries: string): string =>
    template(byNumber, `<SegmentTimeline>${entries}</SegmentTimeline>`);

  it.each([
    [
      'a start',
      timeline('<S t="93600" d="90000"/><S t="180000" d="90000" r="1"/>'),
      ['error START_WRONG 360p, segment 0 (0.m4s)'],
    ],
    [
      'a duration',
      timeline('<S t="90000" d="126000"/><S t="180000" d="90000" r="1"/>'),
      ['error DURATION_WRONG 360p, segment 0 (0.m4s)'],
    ],
    [
      'more segments than there are',
      timeline('<S t="90000" d="90000" r="3"/>'),
      ['error FILE_MISSING 360p, segment 3 (3.m4s)'],
    ],
    [
      'a bandwidth',
      timeline('<S t="90000" d="90000" r="2"/>').replace('50000', '5000'),
      ['error BANDWIDTH_WRONG 360p'],
    ],
    [
      'no bandwidth',
      timeline('<S t="90000" d="90000" r="2"/>').replace(' bandwidth="50000"', ''),
      ['error MANIFEST_INVALID 360p'],
    ],
    ['no media', template('timescale="1"'), [`error MANIFEST_INVALID ${addressOf('a.mpd')}`]],
    ['not closed', '<Representation>', [`error MANIFEST_INVALID ${addressOf('a.mpd')}`]],
    [
      'endlessly many',
      template(`${byNumber} duration="0.001"`),
      [`error MANIFEST_INVALID ${addressOf('a.mpd')}`],
    ],
  ])('is held against the segments: %s', async (_, representation, expected) => {
    expect(codes(await verifyMpd(representation))).toEqual(expected);
  });
});

describe('what is not checked', () => {
  const whole = template(byNumber, '<SegmentTimeline><S t="90000" d="90000" r="2"/></SegmentTimeline>');
  const beside = (set: string) => (files: Files) =>
    edit(files, 'a.mpd', '</AdaptationSet>', `</AdaptationSet><AdaptationSet ${set}</AdaptationSet>`);

  it.each<[string, (files: Files) => void]>([
    [
      'trick play',
      beside(`><EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>
        <Representation id="trick"><BaseURL>none.mp4</BaseURL></Representation>`),
    ],
    ['thumbnails', beside('mimeType="image/jpeg"><Representation id="tiles"/>')],
  ])('is told once, and no fault: %s', async (_, change) => {
    expect(codes(await verifyMpd(whole, change))).toEqual(['warning NOT_CHECKED AdaptationSet 1']);
  });

  it('is told: a live period without an end', async () => {
    const report = await verifyMpd(template(`${byNumber} duration="90000"`), (files) =>
      edit(files, 'a.mpd', 'type="static" mediaPresentationDuration="PT3S"', 'type="dynamic"'),
    );
    expect(codes(report)).toEqual(['warning NOT_CHECKED MPD']);
  });
});
