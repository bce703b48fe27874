export * from './catalogue/catalogue.ts';
export { openCatalogue, type CataloguePlace } from './catalogue/open-catalogue.ts';
export * from './engine/encode-engine.ts';
export * from './process/process-runner.ts';
export * from './store/object-store.ts';
export * from './engine/ffmpeg-engine.ts';
export * from './engine/quality-meter.ts';
export { createFfmpegQualityMeter } from './engine/ffmpeg-quality-meter.ts';
export { proveEncoder, type Proof } from './engine/prove-encoder.ts';
export { createProcessRunner } from './process/create-process-runner.ts';
export * from './limits/resource-control.ts';
export {
  createResourceControl,
  ResourceControlError,
  type ResourceControlOptions,
} from './limits/create-resource-control.ts';
export { isOwnerAlive, ownerTag } from './limits/owner-tag.ts';
export { DevicePool, type DeviceLease, type DevicePoolOptions } from './gpu/device-pool.ts';
export { driInventory } from './gpu/dri-inventory.ts';
export { slotsOn, standInInventory, union, type GpuDevice, type GpuInventory } from './gpu/gpu-device.ts';
export { nvidiaInventory } from './gpu/nvidia-inventory.ts';
export { createFolderStore } from './store/folder-store.ts';
export type { PrivateNetworks } from './fetch/address-guard.ts';
export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedRequest,
  type GuardOptions,
  type WebAnswer,
} from './fetch/guarded-fetch.ts';
export { downloadTo, type DownloadOptions } from './fetch/download.ts';
export { openScratch, type ScratchPlace, type ScratchSpace } from './scratch/open-scratch.ts';
