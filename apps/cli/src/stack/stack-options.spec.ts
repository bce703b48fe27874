import { stackOptions } from './stack-options.ts';
import { StackError } from './stack-error.ts';
import { nextBackoffMs } from './restart-backoff.ts';

const config = {
  home: '/srv/framefold',
  ports: {
    api: 8080,
    temporal: 8081,
    temporalUi: 8082,
    temporalMetrics: 8083,
    controlMetrics: 8084,
    workerMetrics: 8085,
  },
  listen: { url: 'http://127.0.0.1:8080' },
  temporal: { address: '127.0.0.1:8081', namespace: 'default' },
  tools: { temporal: '/usr/bin/temporal' },
  drainSeconds: 30,
  stackWorker: true,
};

describe('stackOptions', () => {
  it('starts the development server with every setting of temporal-config', () => {
    const [temporal] = stackOptions(config).children;
    expect(temporal?.argv).toEqual([
      '/usr/bin/temporal',
      'server',
      'start-dev',
      '--headless=false',
      '--ip',
      '127.0.0.1',
      '--port',
      '8081',
      '--ui-port',
      '8082',
      '--metrics-port',
      '8083',
      '--db-filename',
      '/srv/framefold/temporal/temporal.db',
      '--namespace',
      'default',
      '--log-level',
      'error',
      '--ui-disable-news-fetch',
      '--dynamic-config-value',
      'matching.enableFairness=true',
      '--dynamic-config-value',
      'matching.numTaskqueueReadPartitions=1',
      '--dynamic-config-value',
      'matching.numTaskqueueWritePartitions=1',
      '--search-attribute',
      'FramefoldStatus=Keyword',
      '--search-attribute',
      'FramefoldUser=Keyword',
      '--search-attribute',
      'FramefoldLabels=KeywordList',
      '--search-attribute',
      'FramefoldBatch=Keyword',
    ]);
    expect(temporal?.afterStart?.argv).toEqual(
      '/usr/bin/temporal operator namespace update --namespace default --retention 72h --address 127.0.0.1:8081'.split(
        ' ',
      ),
    );
  });

  it('starts no server when the configuration names another', () => {
    const options = stackOptions({
      ...config,
      temporal: { address: 'temporal.example:7233', namespace: 'video' },
    });
    expect(options.children.map(({ name }) => name)).toEqual(['control', 'encode']);
    expect(Object.keys(options.ports)).toEqual(['api', 'controlMetrics', 'workerMetrics']);
    expect(options.temporalUiUrl).toBeUndefined();
  });

  it('says what to do when no temporal command is known', () => {
    expect(() => stackOptions({ ...config, tools: { temporal: undefined } })).toThrow(StackError);
  });
});

describe('nextBackoffMs', () => {
  it('doubles up to ten seconds and starts over after a long run', () => {
    const waits: number[] = [];
    for (let run = 0; run < 7; run += 1) waits.push(nextBackoffMs(waits.at(-1), 100));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(nextBackoffMs(10_000, 30_000)).toBe(500);
  });
});
