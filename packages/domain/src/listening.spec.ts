import { isLoopback, listeningProblems, type Listening } from './listening.ts';

describe('loopback', () => {
  it.each(['127.0.0.1', '127.9.8.7', 'localhost', '::1', '::ffff:127.0.0.1'])('is %s', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', '::ffff:10.0.0.1', 'fe80::1', '128.0.0.1', ''])(
    'is not %s',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );
});

describe('what forbids to listen', () => {
  const local: Listening = { address: '127.0.0.1', keys: false, tls: false, proxy: false };
  const outside: Listening = { ...local, address: '0.0.0.0' };

  it.each<[Listening, string[]]>([
    [local, []],
    [{ ...local, tls: true }, []],
    [{ ...local, keys: true }, []],
    [{ ...local, proxy: true }, ['FRAMEFOLD_KEYS']],
    [{ ...local, proxy: true, keys: true }, []],
    [outside, ['FRAMEFOLD_TLS_CERT', 'FRAMEFOLD_KEYS']],
    [{ ...outside, keys: true }, ['FRAMEFOLD_TLS_CERT']],
    [{ ...outside, tls: true }, ['FRAMEFOLD_KEYS']],
    [{ ...outside, proxy: true }, ['FRAMEFOLD_KEYS']],
    [{ ...outside, keys: true, tls: true }, []],
    [{ ...outside, keys: true, proxy: true }, []],
    [{ ...outside, address: '::', keys: true }, ['FRAMEFOLD_TLS_CERT']],
  ])('%j: %j', (listening, expected) => {
    const problems = listeningProblems(listening);
    expect(problems).toHaveLength(expected.length);
    expected.forEach((variable, index) => expect(problems[index]).toContain(variable));
  });
});
