import { homedir } from 'node:os';
import { ConfigError, loadConfig } from './config.ts';

const load = (environment: NodeJS.ProcessEnv): ReturnType<typeof loadConfig> =>
  loadConfig(environment, '/srv/app');

/** The lines of the error that an environment leads to. */
function problems(environment: NodeJS.ProcessEnv): string[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('needs nothing', () => {
    expect(load({})).toMatchObject({
      home: '/srv/app/.framefold',
      ports: {
        api: 8080,
        temporal: 8081,
        temporalUi: 8082,
        temporalMetrics: 8083,
        controlMetrics: 8084,
        workerMetrics: 8085,
      },
      logLevel: 'info',
      temporal: { address: '127.0.0.1:8081', namespace: 'default' },
      databaseUrl: undefined,
      store: { kind: 'folder', folder: '/srv/app/.framefold/store' },
      s3: { endpoint: undefined, region: undefined, pathStyle: false, sourceBuckets: [] },
      folders: {
        catalogue: '/srv/app/.framefold/catalogue',
        scratch: '/srv/app/.framefold/scratch',
      },
      privateNetworks: 'deny',
      fileRoots: ['/'],
      allowedHosts: [],
      listen: { address: '127.0.0.1', url: 'http://127.0.0.1:8080', tls: undefined, proxies: [] },
      keysRequired: false,
      rateLimit: undefined,
      api: { url: 'http://127.0.0.1:8080', isLocal: true, key: undefined },
    });
  });

  it('takes an empty variable as one that is not set', () => {
    expect(load({ FRAMEFOLD_PORT: '', FRAMEFOLD_FFMPEG: '' })).toEqual(load({}));
  });

  it.each([
    ['/data/ff', '/data/ff'],
    ['state', '/srv/app/state'],
    ['~/ff', `${homedir()}/ff`],
    ['~other', '/srv/app/~other'],
  ])('finds the home %s at %s', (home, expected) => {
    expect(load({ FRAMEFOLD_HOME: home }).home).toBe(expected);
  });

  it('lets all ports follow the one', () => {
    const { ports, temporal } = load({ FRAMEFOLD_PORT: '9000' });
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
    expect(temporal.address).toBe(`127.0.0.1:${ports.temporal}`);
    expect(Object.values(ports).every((port) => port >= 9000 && port < 9010)).toBe(true);
  });

  const OUTSIDE = { FRAMEFOLD_LISTEN: '0.0.0.0', FRAMEFOLD_KEYS: 'required' };

  it('says how clients reach the API', () => {
    const tls = { ...OUTSIDE, FRAMEFOLD_TLS_CERT: 'generated' };
    expect(load(tls)).toMatchObject({
      listen: {
        url: 'https://127.0.0.1:8080',
        tls: { generated: true, certificateFile: '/srv/app/.framefold/tls/certificate.pem' },
      },
      keysRequired: true,
      operatorKeyFile: '/srv/app/.framefold/operator-key',
      rateLimit: { perSecond: 100, burst: 200 },
      api: { url: 'https://127.0.0.1:8080', isLocal: true },
    });
    expect(load({ ...tls, FRAMEFOLD_LISTEN: '::' }).listen.url).toBe('https://[::1]:8080');
    expect(load({ ...tls, FRAMEFOLD_LISTEN: '10.0.0.7' }).listen.url).toBe('https://10.0.0.7:8080');
    expect(load({ ...tls, FRAMEFOLD_API_URL: 'https://video.example/' }).api).toMatchObject({
      url: 'https://video.example',
      isLocal: false,
    });
    const own = { FRAMEFOLD_TLS_CERT: 'tls/cert.pem', FRAMEFOLD_TLS_KEY: '/keys/key.pem' };
    expect(load({ ...OUTSIDE, ...own, FRAMEFOLD_TLS_CLIENT_CA: 'ca.pem' }).listen.tls).toEqual({
      certificateFile: '/srv/app/tls/cert.pem',
      keyFile: '/keys/key.pem',
      generated: false,
      clientAuthoritiesFile: '/srv/app/ca.pem',
    });
    expect(load({ ...OUTSIDE, FRAMEFOLD_PROXY: '10.0.0.1, 10.1.0.0/16' }).listen.proxies).toEqual([
      '10.0.0.1',
      '10.1.0.0/16',
    ]);
    expect(load({ FRAMEFOLD_RATE_LIMIT: 'rate=5, burst=9' }).rateLimit).toEqual({ perSecond: 5, burst: 9 });
  });

  it.each([
    [{ FRAMEFOLD_LISTEN: '0.0.0.0' }, ['needs TLS', 'needs API keys']],
    [OUTSIDE, ['needs TLS']],
    [{ FRAMEFOLD_LISTEN: '::', FRAMEFOLD_TLS_CERT: 'generated' }, ['needs API keys']],
    [{ FRAMEFOLD_PROXY: '10.0.0.1' }, ['needs API keys']],
    [{ FRAMEFOLD_TLS_CERT: 'cert.pem' }, ['FRAMEFOLD_TLS_KEY']],
    [{ FRAMEFOLD_TLS_KEY: 'key.pem' }, ['FRAMEFOLD_TLS_CERT']],
    [{ FRAMEFOLD_TLS_CERT: 'generated', FRAMEFOLD_TLS_KEY: 'key.pem' }, ['generated no key']],
    [{ FRAMEFOLD_TLS_CLIENT_CA: 'ca.pem' }, ['needs FRAMEFOLD_TLS_CERT']],
    [{ FRAMEFOLD_API_CLIENT_CERT: 'cert.pem' }, ['FRAMEFOLD_API_CLIENT_KEY']],
  ])('refuses %j together', (environment, expected) => {
    const lines = problems(environment);
    expect(lines).toHaveLength(expected.length);
    expected.forEach((text, index) => expect(lines[index]).toContain(text));
  });

  it('reads lists', () => {
    expect(load({ FRAMEFOLD_FILE_ROOTS: '/films, /more ,' }).fileRoots).toEqual(['/films', '/more']);
  });

  it.each([
    [{}, ['/']],
    [{ FRAMEFOLD_TEMPORAL_ADDRESS: '[::1]:7233' }, ['/']],
    [{ FRAMEFOLD_KEYS: 'required' }, []],
    [{ FRAMEFOLD_TEMPORAL_ADDRESS: 'temporal.internal:7233' }, []],
    [{ FRAMEFOLD_KEYS: 'required', FRAMEFOLD_FILE_ROOTS: '/films' }, ['/films']],
  ])('reads files of the machine for its owner alone, unless it is told otherwise: %j', (given, roots) => {
    expect(load(given).fileRoots).toEqual(roots);
  });

  it.each([
    ['/mnt/media/../store', { kind: 'folder', folder: '/mnt/store' }],
    ['s3://films', { kind: 's3', bucket: 'films', prefix: '' }],
    ['s3://films/', { kind: 's3', bucket: 'films', prefix: '' }],
    ['s3://my.films-2/a//b', { kind: 's3', bucket: 'my.films-2', prefix: 'a/b/' }],
  ])('keeps objects in %s', (place, expected) => {
    expect(load({ FRAMEFOLD_STORE: place }).store).toMatchObject(expected);
  });

  it('takes a service with an endpoint for one that names buckets in paths, unless told otherwise', () => {
    const access = (environment: NodeJS.ProcessEnv): unknown => {
      const { store } = load({ FRAMEFOLD_STORE: 's3://films', ...environment });
      return store.kind === 's3' ? store.access : undefined;
    };
    const endpoint = 'http://s3.lan:9000';
    expect(access({})).toEqual({ pathStyle: false });
    expect(access({ FRAMEFOLD_S3_ENDPOINT: endpoint })).toEqual({
      endpoint,
      region: 'us-east-1',
      pathStyle: true,
    });
    const other = { FRAMEFOLD_S3_REGION: 'gra', FRAMEFOLD_S3_PATH_STYLE: 'never' };
    expect(access({ FRAMEFOLD_S3_ENDPOINT: endpoint, ...other })).toEqual({
      endpoint,
      region: 'gra',
      pathStyle: false,
    });
    const publicEndpoint = 'https://s3.example';
    expect(access({ FRAMEFOLD_S3_ENDPOINT: endpoint, FRAMEFOLD_S3_PUBLIC_ENDPOINT: publicEndpoint })).toEqual(
      expect.objectContaining({ endpoint, publicEndpoint }),
    );
  });

  it.each([
    ['FRAMEFOLD_PORT', '0'],
    ['FRAMEFOLD_PORT', '65501'],
    ['FRAMEFOLD_PORT', 'http'],
    ['FRAMEFOLD_LOG_LEVEL', 'loud'],
    ['FRAMEFOLD_ENCODE_SLOTS', '1.5'],
    ['FRAMEFOLD_MAX_SOURCE_BYTES', '-1'],
    ['FRAMEFOLD_PRIVATE_NETWORKS', 'yes'],
    ['FRAMEFOLD_WEBHOOK_SECRET', 'short'],
    ['FRAMEFOLD_WEBHOOK_SECRET', 'whsec_MfKQ9r8GKYqrT'],
    ['FRAMEFOLD_WEBHOOK_SECRET', 'whsec_MfKQ9r8GKYqr=='],
    ['FRAMEFOLD_LISTEN', 'everywhere'],
    ['FRAMEFOLD_PROXY', 'proxy.example'],
    ['FRAMEFOLD_RATE_LIMIT', 'rate=0,burst=1'],
    ['FRAMEFOLD_RATE_LIMIT', 'many'],
    ['FRAMEFOLD_API_URL', 'ftp://x'],
    ['FRAMEFOLD_CORS_ORIGINS', '*'],
    ['FRAMEFOLD_CORS_ORIGINS', 'https://app.example/path'],
    ['FRAMEFOLD_PLAYBACK_SECRET', 'short'],
    ['FRAMEFOLD_STORE', 'relative'],
    ['FRAMEFOLD_STORE', 's3://No_Bucket/x'],
    ['FRAMEFOLD_STORE', 's3://films/../x'],
    ['FRAMEFOLD_S3_ENDPOINT', 's3.lan:9000'],
    ['FRAMEFOLD_S3_PUBLIC_ENDPOINT', 's3.example'],
  ])('refuses %s=%s', (name, value) => {
    expect(problems({ [name]: value })).toEqual([expect.stringContaining(`${name}: `)]);
  });

  it('names every bad variable at once, and no value', () => {
    const environment = {
      FRAMEFOLD_PORT: 'pppp',
      FRAMEFOLD_WEBHOOK_SECRET: 'hunter2',
      FRAMEFOLD_HOEM: 'hhhh',
    };
    const lines = problems(environment);
    expect(lines.map((line) => line.trim().split(':')[0])).toEqual([
      'FRAMEFOLD_PORT',
      'FRAMEFOLD_WEBHOOK_SECRET',
      'FRAMEFOLD_HOEM',
    ]);
    for (const value of Object.values(environment)) expect(lines.join('\n')).not.toContain(value);
  });

  it('minds nobody else’s variables', () => {
    expect(load({ HOME: '/root', FRAME: '1', FRAMEFOLDER: '2' })).toEqual(load({}));
  });
});
