import { mayBeMedia, mediaExtension } from './media-file-name.ts';

describe('mediaExtension', () => {
  it.each([
    ['film.MP4', '.mp4'],
    ['a.b.webm', '.webm'],
    ['/films/walk.ts', '.ts'],
    ['song.flac', '.flac'],
    ['notes.txt', undefined],
    ['mp4', undefined],
    ['film.mp4.exe', undefined],
    ['', undefined],
  ])('of %j is %j', (name, extension) => expect(mediaExtension(name)).toBe(extension));
});

describe('mayBeMedia', () => {
  it.each([
    ['clip.mkv', undefined, true],
    ['clip.mkv', 'text/plain', true],
    ['clip', 'video/x-matroska', true],
    ['clip.weird', 'Audio/weird', true],
    [undefined, undefined, true],
    ['clip', '', true],
    ['clip', 'application/octet-stream', true],
    [undefined, 'image/png', false],
    ['page.html', undefined, false],
    ['page.html', 'application/octet-stream', false],
    ['page', 'text/html', false],
  ])('%j of type %j: %j', (name, type, may) => expect(mayBeMedia(name, type)).toBe(may));
});
