export * from './activities.ts';
export * from './queues.ts';
export * from './workflows.ts';
