export { encodeBatch } from './encode-batch/encode-batch.ts';
export { measureBatch } from './measure-quality/measure-batch.ts';
export { transcodeJob } from './transcode-job/transcode-job.ts';
export { webhookDelivery } from './webhook-delivery/webhook-delivery.ts';
