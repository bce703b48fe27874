import { SourceUrl, sourceOf, titleOfFile } from './request.ts';
import { fileOf, uploadExpiry, uploadIdOf, uploadUrl } from './upload.ts';

const ID = '0123456789abcdef0123456789abcdef';

describe('an upload as a source', () => {
  it('is named by its URL', () => {
    expect(uploadIdOf(uploadUrl(ID))).toBe(ID);
    expect(sourceOf({ sourceUrl: uploadUrl(ID) })).toEqual({ kind: 'upload', id: ID });
    expect(SourceUrl.safeParse(uploadUrl(ID)).success).toBe(true);
  });

  it.each([
    'upload://',
    'upload://short',
    `upload:${ID}`,
    `upload:///${ID}`,
    `upload://${ID}/`,
    `upload://${ID}?x=1`,
    `upload://${ID.toUpperCase()}`,
    `UPLOAD://${ID}`,
    `upload://../${ID}`,
  ])('is not named by %s', (url) => {
    expect(uploadIdOf(url)).toBeUndefined();
    expect(SourceUrl.safeParse(url).error?.issues.map(({ message }) => message)).toEqual([
      'must be upload:// and the id of an upload',
    ]);
  });

  it('is called like its file', () => {
    expect(titleOfFile('A walk.final.mp4')).toBe('A walk.final');
    expect(titleOfFile('.mp4')).toBe('video');
  });
});

describe('fileOf', () => {
  it.each([
    [{ filename: 'a.mp4', filetype: 'video/mp4' }, 'a.mp4', 'video/mp4'],
    [{ name: 'a.mp4', type: 'video/mp4' }, 'a.mp4', 'video/mp4'],
    [{ filename: null }, undefined, undefined],
    [{}, undefined, undefined],
  ])('of %j', (metadata, name, type) => expect(fileOf(metadata)).toEqual({ name, type }));
});

describe('uploadExpiry', () => {
  const HOUR = 3_600_000;
  it.each([
    ['hours after the last byte', [], 24 * HOUR],
    ['hours after the last job took it', [{ at: 5 * HOUR, isLive: false }], 29 * HOUR],
    ['never earlier because of a job', [{ at: -HOUR, isLive: false }], 24 * HOUR],
    [
      'not while one of its jobs lives',
      [
        { at: 1, isLive: true },
        { at: 2, isLive: false },
      ],
      undefined,
    ],
  ])('is %s', (_, claims, expected) => expect(uploadExpiry(0, claims, 24)).toBe(expected));
});
