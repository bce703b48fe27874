export { openBrowser } from './browser.ts';
export { clipPath } from './clips.ts';
export { framefold, startFramefold, type CommandEnd } from './command.ts';
export { crashingFfmpeg, type CrashingFfmpeg } from './crashing-ffmpeg.ts';
export { FakeCatalogue } from './fakes/fake-catalogue.ts';
export {
  GENERATED_CLIPS,
  frameNumbers,
  generatedClip,
  type ExpectedOfClip,
  type GeneratedClipName,
} from './generated-clips.ts';
export { decodeTree, withJoined, type DecodedRendition } from './output-tree.ts';
export { planOf } from './plan-of.ts';
export { processesNaming, type RunningProcess } from './processes.ts';
export { pictureStart, readSound, soundLag } from './sound-lag.ts';
export { startStack, type TestStack } from './stack.ts';
export { storedFiles } from './stored-files.ts';
export { requireTool } from './tools.ts';
export { beepTimes, flashTimes } from './sync-marks.ts';
export { until } from './until.ts';
export type { WorkerOptions, WorkerProcess } from './worker-process.ts';
