import { fieldIssues } from './field-issues.ts';
import { TranscodeRequestBody } from './request-body.ts';
import { sourceOf, titleOf, TranscodeRequest } from './request.ts';
import { rungOf, SCENARIOS } from './scenarios.ts';

const SOURCE = 'https://media.example/a.mp4';
const RUNG = { name: 'a', shortSide: 720, maxrateKbps: 900 };

describe('TranscodeRequestBody', () => {
  it('without a scenario is the request itself', () => {
    for (const body of [{ sourceUrl: SOURCE }, { sourceUrl: SOURCE, ladder: [RUNG], priority: 'high' }])
      expect(TranscodeRequestBody.parse(body)).toEqual(TranscodeRequest.parse(body));
  });

  it('makes a ladder and a source of a scenario, and keeps what was asked', () => {
    const parameters = { duration: 4, bitrate: '1M' };
    const request = TranscodeRequestBody.parse({ scenario: '720p30-h264', parameters, confidence: 'auto' });
    expect(request).toMatchObject({
      scenario: '720p30-h264',
      parameters: { duration: 4, bitrate: 1000 },
      ladder: [rungOf('720p30-h264', { bitrate: 1000 })],
      testSource: { width: 1280, height: 720, frameRate: 30, seconds: 4 },
      confidence: 'auto',
    });
    expect(request).not.toHaveProperty('sourceUrl');
    expect(TranscodeRequest.parse(request)).toEqual(request);
    expect(sourceOf(request)).toEqual({ kind: 'test', recipe: request.testSource });
    expect(titleOf(request)).toBe('720p30-h264');
  });

  it('applies a scenario to a source, of which duration takes a part', () => {
    const body = { sourceUrl: SOURCE, scenario: '1080p-h264', startSeconds: 2.5 } as const;
    const whole = TranscodeRequestBody.parse(body);
    expect(whole).toMatchObject({ sourceUrl: SOURCE, ladder: [rungOf('1080p-h264')] });
    expect(whole).not.toHaveProperty('testSource');
    expect(whole).not.toHaveProperty('endSeconds');
    expect(sourceOf(whole)).toEqual({ kind: 'url', url: new URL(SOURCE) });
    expect(TranscodeRequestBody.parse({ ...body, parameters: { duration: 4 } }).endSeconds).toBe(6.5);
  });

  it.each([
    ['sourceUrl', {}],
    ['sourceUrl', { ladder: 'hls-default' }],
    ['testSource', { sourceUrl: SOURCE, testSource: { width: 2, height: 2, frameRate: 1, seconds: 1 } }],
    ['scenario', { scenario: '480i-h262' }],
    ['ladder', { scenario: '1080p-h264', ladder: 'hls-default' }],
    ['ladder', { sourceUrl: SOURCE, scenario: '1080p-h264', ladder: [RUNG] }],
    ['parameters', { sourceUrl: SOURCE, parameters: { duration: 5 } }],
    ['parameters.duration', { scenario: '1080p-h264', parameters: { duration: 0 } }],
    ['parameters.bitrate', { scenario: '1080p-h264', parameters: { bitrate: 'fast' } }],
    ['parameters.fps', { scenario: '1080p-h264', parameters: { fps: 30 } }],
    [
      'parameters.duration',
      { sourceUrl: SOURCE, endSeconds: 9, scenario: '1080p-h264', parameters: { duration: 5 } },
    ],
    ['endSeconds', { scenario: '1080p-h264', startSeconds: 5, endSeconds: 5 }],
  ])('names %s when it is wrong', (path, body) => {
    const result = TranscodeRequestBody.safeParse(body);
    expect(fieldIssues(result.error?.issues ?? []).map((issue) => issue.path)).toEqual([path]);
  });

  it('tells the scenarios that there are to who names another', () => {
    const [issue] = TranscodeRequestBody.safeParse({ scenario: '480i-h262' }).error?.issues ?? [];
    for (const name of Object.keys(SCENARIOS)) expect(issue?.message).toContain(name);
  });
});
