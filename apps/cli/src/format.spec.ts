import { parseChecksums } from './checksums.ts';
import { columns, fit, formatBitrate, formatBytes, formatSeconds, formatSpeed } from './format.ts';
import { slugOf } from './slug.ts';

it.each([
  [0.84, '0.8 s'],
  [12, '12 s'],
  [65, '1:05 min'],
  [3599.6, '1:00:00 h'],
  [-3, '0 s'],
])('formatSeconds(%d) is %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [4_240_000, '4.2 MB'],
  [312_000_000, '312 MB'],
])('formatBytes(%d) is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it('formats speeds and bit rates', () => {
  expect(formatSpeed(3.214)).toBe('3.21x real time');
  expect(formatSpeed(32.14)).toBe('32.1x real time');
  expect(formatBitrate(1_234_400)).toBe('1,234 kbit/s');
});

it('fits and aligns', () => {
  expect(fit('abcdef', 4)).toBe('abc…');
  expect(
    columns([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toEqual(['a    bb', 'ccc  d']);
});

it.each([
  ['Big Buck Bunny (2008)', 'big-buck-bunny-2008'],
  ['../../etc/passwd', 'etc-passwd'],
  ['映画 その1', '映画-その1'],
  ['Été', 'été'],
  ['!?', 'video'],
  ['x'.repeat(100), 'x'.repeat(40)],
])('slugOf(%s) is %s', (title, slug) => expect(slugOf(title)).toBe(slug));

describe('parseChecksums', () => {
  const hash = 'a'.repeat(64);

  it('reads text and binary entries', () => {
    expect(parseChecksums(`${hash}  a/b c.m4s\n${hash} *d\n`)).toEqual([
      { path: 'a/b c.m4s', sha256: hash },
      { path: 'd', sha256: hash },
    ]);
  });

  it.each([
    '',
    'nonsense',
    `${hash}  /etc/passwd`,
    `${hash}  ../up`,
    `${hash}  a/../../up`,
    `${hash}  a//b`,
    `${hash}  ..`,
  ])('refuses %j', (text) => expect(parseChecksums(text)).toBeUndefined());
});
