export * from './catalogue/catalogue.ts';
export * from './engine/encode-engine.ts';
export * from './process/process-runner.ts';
export * from './store/object-store.ts';
export * from './engine/ffmpeg-engine.ts';
export { createProcessRunner } from './process/create-process-runner.ts';
export { createFolderStore } from './store/folder-store.ts';
