import { TranscodeRequestBody } from '@framefold/domain';
import { headerWithoutDefaults, requestWithoutDefaults } from './without-defaults.ts';

const SOURCE = 'https://media.example/a.mp4';
const RUNG = { name: 'a', shortSide: 720, maxrateKbps: 900 };
const said = (body: object): unknown => requestWithoutDefaults(TranscodeRequestBody.parse(body));

describe('requestWithoutDefaults', () => {
  it.each([
    { sourceUrl: SOURCE },
    { sourceUrl: SOURCE, audio: { bitrateKbps: 96 }, metadata: { order: '7' }, labels: ['a'], title: 'A' },
    { sourceUrl: SOURCE, ladder: [RUNG, { ...RUNG, name: 'b', codec: 'hevc' }] },
    { sourceUrl: SOURCE, append: [{ sourceUrl: SOURCE, endSeconds: 4 }], qualityReport: true },
    { scenario: '720p30-h264', parameters: { duration: 4 } },
  ])('is what was said in %j', (body) => {
    expect(said(body)).toEqual(body);
  });

  it('does not tell apart who says the default and who leaves it out, nor the order of fields', () => {
    const request = TranscodeRequestBody.parse({ sourceUrl: SOURCE, metadata: { a: '1', b: '2' } });
    const whole = { ...request, metadata: { b: '2', a: '1' } };
    expect(JSON.stringify(requestWithoutDefaults(whole))).toBe(
      JSON.stringify({ metadata: { a: '1', b: '2' }, sourceUrl: SOURCE }),
    );
  });

  it.each([
    [{ segmentSeconds: 4 }, { segmentSeconds: 5 }],
    [{ scenario: '720p30-h264' }, { scenario: '720p60-h264' }],
    [{ webhookEvents: ['job.failed'] }, {}],
    [{ metadata: { a: '' } }, {}],
    [{ ladder: [RUNG] }, { ladder: [RUNG, { ...RUNG, name: 'b' }] }],
  ])('tells %j from %j', (one, other) => {
    expect(said({ sourceUrl: SOURCE, ...one })).not.toEqual(said({ sourceUrl: SOURCE, ...other }));
  });
});

describe('headerWithoutDefaults', () => {
  it('is what was said of the batch', () => {
    expect(headerWithoutDefaults({ labels: [] })).toEqual({});
    expect(headerWithoutDefaults({ title: 'A', labels: ['a'] })).toEqual({ labels: ['a'], title: 'A' });
  });
});
