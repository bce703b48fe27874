import { parseRoles } from './roles.ts';

describe('parseRoles', () => {
  it('reads a list, each role once', () => {
    expect(parseRoles('media, encode-cpu,media')).toEqual(['media', 'encode-cpu']);
  });

  it.each(['', ',', 'media,cook', 'toString'])('refuses "%s", naming the roles there are', (text) => {
    expect(() => parseRoles(text)).toThrow('workflows, control, media, encode-cpu');
  });
});
