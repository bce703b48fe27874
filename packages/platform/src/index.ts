export * from './access/access-store.ts';
export * from './catalogue/attempt-catalogue.ts';
export * from './catalogue/batch-catalogue.ts';
export * from './catalogue/catalogue.ts';
export { CURSOR_FORM } from './catalogue/cursor.ts';
export { openCatalogue, type CataloguePlace } from './catalogue/open-catalogue.ts';
export * from './engine/encode-engine.ts';
export { isBelow } from './is-below.ts';
export * from './process/process-runner.ts';
export * from './store/direct-writes.ts';
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
export { fetchObject } from './store/fetch-object.ts';
export { createStore, type StorePlace } from './store/create-store.ts';
export { createFolderStore } from './store/folder-store.ts';
export { takeFolder, type FolderOwnership } from './folder-owner.ts';
export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedRequest,
  type GuardOptions,
  type WebAnswer,
} from './fetch/guarded-fetch.ts';
export * from './webhooks/deliveries.ts';
export * from './webhooks/webhook-secrets.ts';
export { forbiddenReason, reasonOf } from './fetch/fetch-error.ts';
export { assertAllowedUrl, ForbiddenUrlError, type PrivateNetworks } from './fetch/address-guard.ts';
export { createS3Fetch, type S3FetchOptions } from './fetch/s3-fetch.ts';
export { downloadTo, type DownloadOptions } from './fetch/download.ts';
export { createLocalCopies, type LocalCopies, type UseOptions } from './scratch/local-copies.ts';
export { diskOf } from './scratch/disk-of.ts';
export { openScratch, type ScratchPlace, type ScratchSpace } from './scratch/open-scratch.ts';
