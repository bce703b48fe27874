export { openBrowser } from './browser.ts';
export { startCanary, type Canary } from './canary.ts';
export { clipPath } from './clips.ts';
export { framefold, startFramefold, type CommandEnd } from './command.ts';
export { startControl, type ControlProcess } from './control-process.ts';
export { crashingFfmpeg, type CrashingFfmpeg } from './crashing-ffmpeg.ts';
export { FakeCatalogue } from './fakes/fake-catalogue.ts';
export { FakeDeliveries } from './fakes/fake-deliveries.ts';
export { FakeWebhookSecrets } from './fakes/fake-webhook-secrets.ts';
export { forbiddenLiterals, forbiddenUrls } from './forbidden-urls.ts';
export { freePorts } from './free-ports.ts';
export {
  GENERATED_CLIPS,
  frameNumbers,
  generatedClip,
  type ExpectedOfClip,
  type GeneratedClipName,
} from './generated-clips.ts';
export { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
export { decodeTree, withJoined, type DecodedRendition } from './output-tree.ts';
export { planOf } from './plan-of.ts';
export { processesNaming, type RunningProcess } from './processes.ts';
export { startRebindingDns, type RebindingDns } from './rebinding-dns.ts';
export { pictureStart, readSound, soundLag } from './sound-lag.ts';
export { startStack, type TestStack } from './stack.ts';
export { startS3Server, type S3Server } from './s3-server.ts';
export { holdableFfmpeg, scriptedFfmpeg, type HoldableFfmpeg } from './scripted-ffmpeg.ts';
export { storedFiles } from './stored-files.ts';
export { requireTool } from './tools.ts';
export { beepTimes, flashTimes } from './sync-marks.ts';
export { until } from './until.ts';
export type { WorkerOptions, WorkerProcess } from './worker-process.ts';
