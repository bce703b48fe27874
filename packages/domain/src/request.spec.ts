import { fieldIssues } from './field-issues.ts';
import { titleOf, TranscodeRequest } from './request.ts';

const SOURCE = 'https://media.example/a.mp4';

describe('TranscodeRequest', () => {
  it('fills in what a client leaves out', () => {
    expect(TranscodeRequest.parse({ sourceUrl: SOURCE })).toEqual({
      sourceUrl: SOURCE,
      userId: 'anonymous',
      webhookEvents: ['job.completed', 'job.failed', 'job.cancelled'],
      append: [],
      priority: 5,
      queue: 'default',
      engine: 'auto',
      acceleration: 'software',
      ladder: 'hls-default',
      audio: { codec: 'aac', bitrateKbps: 128, channels: 'stereo' },
      segmentSeconds: 6,
      resourceLimits: {},
      qualityReport: false,
      labels: [],
      metadata: {},
    });
  });

  it('has labels of any kind that Temporal takes together', () => {
    // As JSON 2,048 bytes: 1,976 of these, 11 of the last, 61 of marks.
    const wide = Array.from({ length: 19 }, () => 'ж'.repeat(52));
    const issuesWith = (last: string) =>
      fieldIssues(
        TranscodeRequest.safeParse({ sourceUrl: SOURCE, labels: [...wide, last] }).error?.issues ?? [],
      );
    expect(issuesWith('a'.repeat(11))).toEqual([]);
    expect(issuesWith('a'.repeat(12))).toEqual([
      { path: 'labels', message: 'must have at most 2048 bytes as JSON', rule: true },
    ]);
    // JSON writes it with six bytes.
    expect(issuesWith('a'.repeat(5) + '\u0001')).toEqual([]);
    expect(issuesWith('a'.repeat(6) + '\u0001')).toHaveLength(1);
  });

  it('reads its own output as the same request', () => {
    const request = TranscodeRequest.parse({ sourceUrl: SOURCE, priority: 'high', title: 'A' });
    expect(request.priority).toBe(3);
    expect(TranscodeRequest.parse(request)).toEqual(request);
  });

  it.each([
    ['sourceUrl', { sourceUrl: 'a.mp4' }],
    ['sourceUrl', { sourceUrl: 'ftp://media.example/a.mp4' }],
    ['sourceUrl', { sourceUrl: `https://media.example/${'a'.repeat(4096)}` }],
    ['sourceUrl', { sourceUrl: 's3://bucket/%zz.mp4' }],
    ['sourceUrl', { sourceUrl: 'file:///a/%ff.mp4' }],
    ['sourceUrl', { sourceUrl: undefined }],
    ['userId', { userId: '' }],
    ['webhookUrl', { webhookUrl: 'file:///etc/passwd' }],
    ['webhookEvents', { webhookEvents: [] }],
    ['webhookEvents.0', { webhookEvents: ['job.paused'] }],
    ['priority', { priority: 0 }],
    ['priority', { priority: 'urgent' }],
    ['queue', { queue: 'express' }],
    ['engine', { engine: 'handbrake' }],
    ['acceleration', { acceleration: 'auto' }],
    ['ladder', { ladder: 'best' }],
    ['ladder', { ladder: [] }],
    [
      'ladder',
      {
        ladder: [
          { name: 'a', shortSide: 720, maxrateKbps: 900 },
          { name: 'a', shortSide: 480, maxrateKbps: 500 },
        ],
      },
    ],
    [
      'ladder.1.crf',
      {
        ladder: [
          { name: 'a', shortSide: 720, maxrateKbps: 900 },
          { name: 'b', shortSide: 480, maxrateKbps: 500, crf: 64 },
        ],
      },
    ],
    ['ladder.0.name', { ladder: [{ name: 'audio-eng', shortSide: 720, maxrateKbps: 900 }] }],
    ['ladder.0.name', { ladder: [{ name: '../a', shortSide: 720, maxrateKbps: 900 }] }],
    ['ladder.0.shortSide', { ladder: [{ name: 'a', maxrateKbps: 900 }] }],
    ['segmentSeconds', { segmentSeconds: 0.5 }],
    ['endSeconds', { startSeconds: 5, endSeconds: 5 }],
    ['endSeconds', { endSeconds: 0 }],
    ['audio.codec', { audio: { codec: 'mp3' } }],
    ['ladder.0.crf', { ladder: [{ name: 'a', shortSide: 720, maxrateKbps: 900, crf: 52 }] }],
    ['ladder.0.passes', { ladder: [{ name: 'a', shortSide: 720, maxrateKbps: 900, passes: 2 }] }],
    ...['vp9', 'av1'].map((codec): [string, object] => [
      'ladder.0.passes',
      { ladder: [{ name: 'a', shortSide: 720, codec, maxrateKbps: 900, averageKbps: 500, passes: 2 }] },
    ]),
    [
      'ladder.0.averageKbps',
      { ladder: [{ name: 'a', shortSide: 720, maxrateKbps: 900, averageKbps: 500, crf: 20 }] },
    ],
    [
      'ladder.0.dynamicRange',
      { ladder: [{ name: 'a', shortSide: 720, maxrateKbps: 900, dynamicRange: 'source' }] },
    ],
    ['resourceLimits.timeoutSec', { resourceLimits: { timeoutSec: 0 } }],
    ['labels.0', { labels: [''] }],
    ['metadata.orderId', { metadata: { orderId: 4711 } }],
    ['metadata.note', { metadata: { note: 'a\u0000' } }],
    ['metadata.\0', { metadata: { '\0': 'a' } }],
    ['metadata.a b', { metadata: { 'a b': 'c' } }],
    [
      'metadata',
      { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}`, ''])) },
    ],
    ['title', { title: '' }],
  ])('names %s when it is wrong', (path, fields) => {
    const result = TranscodeRequest.safeParse({ sourceUrl: SOURCE, ...fields });
    expect(fieldIssues(result.error?.issues ?? []).map((issue) => issue.path)).toEqual([path]);
  });

  it('says what a ladder may be', () => {
    const { error } = TranscodeRequest.safeParse({ sourceUrl: SOURCE, ladder: '360p' });
    expect(fieldIssues(error?.issues ?? [])).toEqual([
      { path: 'ladder', message: expect.stringContaining('hls-default') },
    ]);
  });

  it('names every wrong field at once', () => {
    const result = TranscodeRequest.safeParse({ sourceUrl: 'x', segmentSeconds: 99 });
    expect(fieldIssues(result.error?.issues ?? []).map((issue) => issue.path)).toEqual([
      'sourceUrl',
      'segmentSeconds',
    ]);
  });

  it.each([
    [{ sourceURL: SOURCE }, 'sourceURL'],
    [{ resourceLimits: { maxRam: 1 } }, 'resourceLimits.maxRam'],
    [{ ladder: [{ name: 'a', shortSide: 720, maxrateKbps: 900, gop: 3 }] }, 'ladder.0.gop'],
  ])('refuses unknown fields: %p', (fields, path) => {
    const result = TranscodeRequest.safeParse({ sourceUrl: SOURCE, ...fields });
    expect(fieldIssues(result.error?.issues ?? [])).toEqual([{ path, message: 'Unknown field' }]);
  });
});

describe('titleOf', () => {
  it.each([
    ['https://media.example/films/a%20walk.mp4', 'a walk'],
    ['file:///films/night.drive.mkv', 'night.drive'],
    ['https://media.example/100%.mp4', '100%'],
    ['https://media.example/', 'video'],
    ['https://media.example/.mp4', 'video'],
  ])('%s -> %s', (sourceUrl, title) => {
    expect(titleOf({ sourceUrl })).toBe(title);
  });

  it('prefers what the client says', () => {
    expect(titleOf({ sourceUrl: SOURCE, title: 'Mine' })).toBe('Mine');
  });
});
