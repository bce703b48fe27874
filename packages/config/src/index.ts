export * from './config.ts';
export type { AccessConfig, TlsConfig } from './access-config.ts';
