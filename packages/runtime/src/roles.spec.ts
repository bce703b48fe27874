import { loadConfig } from '@framefold/config';
import { parseRoles, queuesOf } from './roles.ts';

describe('parseRoles', () => {
  it('reads a list, each role once', () => {
    expect(parseRoles('media, encode-cpu,media')).toEqual(['media', 'encode-cpu']);
  });

  it.each(['', ',', 'media,cook', 'toString'])('refuses "%s", naming the roles there are', (text) => {
    expect(() => parseRoles(text)).toThrow('workflows, control, media, encode-cpu');
  });
});

describe('queuesOf', () => {
  const config = loadConfig({ FRAMEFOLD_LIVE_SLOTS: '3' });

  it('serves the queues of GPUs with the slots that these have, and some for live jobs', () => {
    expect(queuesOf('encode-gpu', config, 5).map(({ slots }) => slots)).toEqual([5, 3]);
  });

  it('serves no queue of GPUs where none works', () => {
    expect(queuesOf('encode-gpu', config, 0)).toEqual([]);
  });
});
