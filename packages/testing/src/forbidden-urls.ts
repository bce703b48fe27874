/**
 * Addresses inside of a machine or its network, spelled in every way that URL parsers take, as hosts of URLs.
 * https://owasp.org/www-community/pages/controls/SSRF_Prevention_in_Nodejs, https://url.spec.whatwg.org/#host-parsing
 */
const LITERAL_HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0X7F.0.0.0x1',
  '0177.0.0.1',
  '017700000001',
  '0177.0x0.0.1',
  '127.255.255.254',
  '0',
  '0.0.0.0',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::127.0.0.1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0000:0000:0000:0000:0000:ffff:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fd00::1]',
  '10.0.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '[::ffff:a9fe:a9fe]',
  '2852039166',
  'media.example@127.0.0.1',
  'media.example:80@127.0.0.1',
] as const;

/** Names that the machine itself takes for its own. */
const LOCAL_NAMES = ['localhost', 'LOCALHOST', '%6cocalhost', 'ⓛocalhost'] as const;

/** URLs that must not be fetched, and say so. */
export function forbiddenLiterals(port: number): string[] {
  return LITERAL_HOSTS.map((host) => `http://${host}:${port}/film.mp4`);
}

/** URLs that must not be fetched: those that say so, and names which are looked up. */
export function forbiddenUrls(port: number): string[] {
  return [...forbiddenLiterals(port), ...LOCAL_NAMES.map((host) => `http://${host}:${port}/film.mp4`)];
}
