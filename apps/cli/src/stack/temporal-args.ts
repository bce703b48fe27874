import { readFileSync } from 'node:fs';
import { stackPaths } from './stack-paths.ts';

/** temporal-config/development.json, without its comments. */
export interface TemporalSettings {
  readonly namespace: { readonly retention: string };
  readonly logLevel: { readonly value: string };
  readonly dynamicConfig: readonly { readonly key: string; readonly value: unknown }[];
  readonly searchAttributes: readonly { readonly name: string; readonly type: string }[];
}

/** Reads the development server's settings; the file is part of the checkout and trusted. */
export function readTemporalSettings(path: string): TemporalSettings {
  return JSON.parse(readFileSync(path, 'utf8')) as TemporalSettings;
}

/** The command line of the development server. */
export function startDevArgv(
  temporal: string,
  settings: TemporalSettings,
  place: {
    readonly home: string;
    readonly namespace: string;
    readonly ports: {
      readonly temporal: number;
      readonly temporalUi: number;
      readonly temporalMetrics: number;
    };
  },
): readonly [string, ...string[]] {
  return [
    temporal,
    'server',
    'start-dev',
    '--headless=false',
    '--ip',
    '127.0.0.1',
    '--port',
    `${place.ports.temporal}`,
    '--ui-port',
    `${place.ports.temporalUi}`,
    '--metrics-port',
    `${place.ports.temporalMetrics}`,
    '--db-filename',
    stackPaths(place.home).temporalDatabase,
    '--namespace',
    place.namespace,
    '--log-level',
    settings.logLevel.value,
    // The stack makes no connection that nobody asked for.
    '--ui-disable-news-fetch',
    ...settings.dynamicConfig.flatMap(({ key, value }) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
    ...settings.searchAttributes.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/** The command that sets the namespace's retention; the development server offers no option for it at start. */
export function retentionArgv(
  temporal: string,
  settings: TemporalSettings,
  place: { readonly address: string; readonly namespace: string },
): readonly [string, ...string[]] {
  return [
    temporal,
    'operator',
    'namespace',
    'update',
    '--namespace',
    place.namespace,
    '--retention',
    settings.namespace.retention,
    '--address',
    place.address,
  ];
}
