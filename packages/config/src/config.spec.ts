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
      folders: {
        store: '/srv/app/.framefold/store',
        catalogue: '/srv/app/.framefold/catalogue',
        scratch: '/srv/app/.framefold/scratch',
      },
      privateNetworks: 'deny',
      fileRoots: ['/'],
      allowedHosts: [],
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

  it('reads lists', () => {
    expect(load({ FRAMEFOLD_FILE_ROOTS: '/films, /more ,' }).fileRoots).toEqual(['/films', '/more']);
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
