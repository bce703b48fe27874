import {
  BatchRequestBody,
  entryOfRow,
  MAX_BATCH_JOBS,
  resolveEntry,
  type BatchEntry,
} from './batch-request.ts';
import { request } from './testing/builders.ts';

const URL_A = 'https://media.example/films/a%20walk.mp4';

describe('an entry of a manifest', () => {
  const resolve = (entry: BatchEntry, batch: { defaults?: BatchEntry; labels?: string[] } = {}) =>
    resolveEntry(entry, 17, { defaults: batch.defaults ?? {}, labels: batch.labels ?? [] });
  const found = (entry: BatchEntry, batch = {}) => {
    const resolved = resolve(entry, batch);
    return resolved.ok ? resolved.request : resolved.issues;
  };

  it.each<[string, BatchEntry, object, object]>([
    ['alone', { sourceUrl: URL_A }, {}, {}],
    ['a default', { sourceUrl: URL_A }, { defaults: { priority: 'high' } }, { priority: 3 }],
    [
      'its own before a default',
      { sourceUrl: URL_A, priority: 9 },
      { defaults: { priority: 1 } },
      { priority: 9 },
    ],
    ['a source by default', {}, { defaults: { sourceUrl: URL_A } }, {}],
    ["the batch's labels", { sourceUrl: URL_A }, { labels: ['b'] }, { labels: ['b'] }],
    [
      "the batch's labels before its own, each once",
      { sourceUrl: URL_A, labels: ['own', 'b'] },
      { labels: ['b', 'c'], defaults: { labels: ['default'] } },
      { labels: ['b', 'c', 'own'] },
    ],
    [
      'labels by default beside those of the batch',
      { sourceUrl: URL_A },
      { labels: ['b'], defaults: { labels: ['default'] } },
      { labels: ['b', 'default'] },
    ],
  ])('has %s', (_, entry, batch, expected) => {
    expect(found(entry, batch)).toEqual(request(expected));
  });

  it.each<[string, BatchEntry, object, string[]]>([
    ['no source', {}, {}, ['jobs[17].sourceUrl']],
    ['several', { sourceUrl: 'x', priority: 0 }, {}, ['jobs[17].sourceUrl', 'jobs[17].priority']],
    ['an unknown field', { sourceUrl: URL_A, colour: 1 }, {}, ['jobs[17].colour']],
    ['a wrong default', { sourceUrl: URL_A }, { defaults: { queue: 'x' } }, ['jobs[17].queue']],
    ['labels that are none', { sourceUrl: URL_A, labels: 7 }, { labels: ['b'] }, ['jobs[17].labels']],
    [
      'an inner field',
      { sourceUrl: URL_A, append: [{ sourceUrl: 'x' }] },
      {},
      ['jobs[17].append.0.sourceUrl'],
    ],
    [
      'too many labels with those of the batch',
      { sourceUrl: URL_A, labels: Array.from({ length: 20 }, (_, index) => `${index}`) },
      { labels: ['b'] },
      ['jobs[17].labels'],
    ],
    [
      'labels that are too long with those of the batch',
      { sourceUrl: URL_A, labels: Array.from({ length: 10 }, (_, index) => `${index}${'ж'.repeat(63)}`) },
      { labels: Array.from({ length: 10 }, (_, index) => `b${index}${'ж'.repeat(62)}`) },
      ['jobs[17].labels'],
    ],
  ])('is refused with its place for %s', (_, entry, batch, paths) => {
    const resolved = resolve(entry, batch);
    expect(resolved.ok ? [] : resolved.issues.map(({ path }) => path)).toEqual(paths);
  });
});

describe('a manifest', () => {
  const paths = (body: unknown) =>
    BatchRequestBody.safeParse(body).error?.issues.map(({ path }) => path.join('.')) ?? [];

  it.each([
    [{ jobs: [{}] }, []],
    [{ jobs: [] }, ['jobs']],
    [{ jobs: Array.from({ length: MAX_BATCH_JOBS }, () => ({})) }, []],
    [{ jobs: Array.from({ length: MAX_BATCH_JOBS + 1 }, () => ({})) }, ['jobs']],
    [{ jobs: ['x'] }, ['jobs.0']],
    [{ jobs: [{}], webhookUrl: 'ftp://x' }, ['webhookUrl']],
    [{ jobs: [{}], labels: [''] }, ['labels.0']],
    [{ jobs: [{}], colour: 1 }, ['']],
    [undefined, ['']],
  ])('is checked as a whole (case %#)', (body, expected) => {
    expect(paths(body)).toEqual(expected);
  });
});

describe('a row of a CSV manifest', () => {
  it.each<[Record<string, string>, BatchEntry]>([
    [
      { sourceUrl: URL_A, priority: '3', title: '' },
      { sourceUrl: URL_A, priority: 3 },
    ],
    [
      { userId: '12', title: '1984', priority: 'high' },
      { userId: '12', title: '1984', priority: 'high' },
    ],
    [{ labels: 'a; b ;;c' }, { labels: ['a', 'b', 'c'] }],
    [
      { qualityReport: 'true', segmentSeconds: '2.5' },
      { qualityReport: true, segmentSeconds: 2.5 },
    ],
    [
      { 'parameters.duration': '5', 'parameters.bitrate': '2M', 'resourceLimits.timeoutSec': '60' },
      { parameters: { duration: 5, bitrate: '2M' }, resourceLimits: { timeoutSec: 60 } },
    ],
    [{ append: `[{"sourceUrl":"${URL_A}"}]` }, { append: [{ sourceUrl: URL_A }] }],
    [{ ladder: 'hls-hevc', scenario: '' }, { ladder: 'hls-hevc' }],
    [{ 'metadata.orderId': '4711' }, { metadata: { orderId: '4711' } }],
    [{ '__proto__.x': '1' }, JSON.parse('{"__proto__":{"x":1}}') as BatchEntry],
  ])('%j', (row, entry) => {
    expect(entryOfRow(row)).toEqual(entry);
  });
});
