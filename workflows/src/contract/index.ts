export * from './activities.ts';
export * from './controls.ts';
export * from './queues.ts';
export * from './search-attributes.ts';
export * from './workflows.ts';
