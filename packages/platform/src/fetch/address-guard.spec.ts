import { assertAllowedUrl, isAllowedAddress } from './address-guard.ts';

describe('assertAllowedUrl', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://0/',
    'http://0.1.2.3/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1:8080/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[::127.0.0.1]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[ff02::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
  ])('refuses %s', (url) => {
    expect(() => assertAllowedUrl(new URL(url), 'deny')).toThrow(
      expect.objectContaining({ name: 'ForbiddenUrlError' }),
    );
  });

  it.each(['https://example.com/a', 'http://93.184.215.14/', 'http://[2606:4700::1111]/'])(
    'lets %s pass',
    (url) => {
      expect(() => assertAllowedUrl(new URL(url), 'deny')).not.toThrow();
    },
  );

  it('never shows a secret of the URL', () => {
    expect(() => assertAllowedUrl(new URL('http://user:secret@example.com/'), 'deny')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }),
    );
  });
});

describe('isAllowedAddress with private networks', () => {
  it.each(['127.0.0.1', '10.0.0.1', '100.64.0.1', '::1', 'fd00::1'])('allows %s', (address) => {
    expect(isAllowedAddress(address, 'allow')).toBe(true);
  });

  it.each(['169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1', '64:ff9b::a9fe:a9fe', 'no address'])(
    'still refuses %s',
    (address) => {
      expect(isAllowedAddress(address, 'allow')).toBe(false);
    },
  );
});
