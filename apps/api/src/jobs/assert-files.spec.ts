import { request } from '@framefold/domain/testing';
import { assertFiles } from './assert-files.ts';

const PLACES = { fileRoots: ['/films', '/srv/'], ownFolders: ['/srv/framefold/store'] };

const refused = (sourceUrl: string, append: string[] = [], places = PLACES): unknown => {
  try {
    const inputs = append.map((url) => ({ sourceUrl: url }));
    assertFiles(request({ sourceUrl, append: inputs }), places, 'jobs[3].');
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('assertFiles', () => {
  it.each([
    'file:///films/a.mp4',
    'file:///srv/b.mp4',
    'file:///srv/framefold/store-2/b.mp4',
    'https://media.example/a.mp4',
    's3://bucket/a.mp4',
    // No file of this machine: the job says so.
    'file://elsewhere/films/a.mp4',
  ])('lets %s through', (url) => {
    expect(refused(url, [url])).toBeUndefined();
  });

  it.each([
    'file:///etc/passwd',
    'file:///films/../etc/passwd',
    'file:///films/%2e%2e/etc/passwd',
    'file:///films-2/a.mp4',
    'file:///srv/framefold/store/uploads/1/content',
    'file:/srv/framefold/store',
    'FILE:///etc/passwd',
    'fIlE:/etc/passwd',
    'FILE://localhost/etc/passwd',
  ])('refuses %s', (url) => {
    const path = 'jobs[3].sourceUrl';
    expect(refused(url)).toMatchObject({
      code: 'VALIDATION_FAILED',
      detail: { errors: [{ path, rule: true }] },
    });
    expect(refused('file:///films/a.mp4', [url])).toMatchObject({
      detail: { errors: [{ path: 'jobs[3].append.0.sourceUrl' }] },
    });
  });

  it('refuses every file where there are no roots', () => {
    expect(refused('file:///films/a.mp4', [], { ...PLACES, fileRoots: [] })).toBeDefined();
  });
});
