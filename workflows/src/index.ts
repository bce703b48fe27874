export { interceptors } from './controls/interceptors.ts';
export { dryRun } from './dry-run/dry-run.ts';
export { encodeBatch } from './encode-batch/encode-batch.ts';
export { discardLater } from './discard-later/discard-later.ts';
export { measureBatch } from './measure-quality/measure-batch.ts';
export { transcodeBatch } from './transcode-batch/transcode-batch.ts';
export { transcodeJob } from './transcode-job/transcode-job.ts';
export { webhookDelivery } from './webhook-delivery/webhook-delivery.ts';
