import type { Config } from '@framefold/config';
import type { ObjectStore } from '@framefold/platform';
import type { Metrics } from '@framefold/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessGuard } from './access/access-guard.ts';
import { AdmitRequest } from './access/admit-request.ts';
import { Authenticator } from './access/authenticator.ts';
import { KeysController } from './access/keys.controller.ts';
import { ManageKeys } from './access/manage-keys.ts';
import { TenantsController } from './access/tenants.controller.ts';
import { UsageController } from './access/usage.controller.ts';
import { Backends } from './backends.ts';
import { BatchesController } from './batches/batches.controller.ts';
import { ReadBody } from './bodies/read-body.ts';
import { CancelBatch } from './batches/cancel-batch.ts';
import { ReadBatches } from './batches/read-batches.ts';
import { StartBatchedJobs } from './batches/start-batched-jobs.ts';
import { SubmitBatch } from './batches/submit-batch.ts';
import { CatalogueController } from './catalogue/catalogue.controller.ts';
import { CatalogueRebuild } from './catalogue/catalogue-rebuild.ts';
import { JobCalls } from './grpc/job-calls.ts';
import { HealthController } from './health/health.controller.ts';
import { Readiness } from './health/readiness.ts';
import { AdmitJob } from './jobs/admit-job.ts';
import { QueueOutlooks } from './jobs/queue-outlooks.ts';
import { CancelJob } from './jobs/cancel-job.ts';
import { EndOrphanedJob } from './jobs/end-orphaned-job.ts';
import { DryRunJob } from './jobs/dry-run-job.ts';
import { FollowJob } from './jobs/follow-job.ts';
import { AttemptsController } from './jobs/attempts.controller.ts';
import { ReadAttempts } from './jobs/read-attempts.ts';
import { JobEventsController } from './jobs/job-events.controller.ts';
import { JobTenants } from './jobs/job-tenants.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { ReadJobs } from './jobs/read-jobs.ts';
import { RetryJob } from './jobs/retry-job.ts';
import { SteerJobController } from './jobs/steer-job.controller.ts';
import { SteerJob } from './jobs/steer-job.ts';
import { SubmitJob } from './jobs/submit-job.ts';
import { MediaController } from './media/media.controller.ts';
import { Playback } from './media/playback.ts';
import { PlayController } from './play/play.controller.ts';
import { CLOCK, type Clock, CONFIG, METRICS, STORE } from './tokens.ts';
import { RotateSecrets } from './webhooks/rotate-secrets.ts';
import { WebhookLog } from './webhooks/webhook-log.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';
import { DirectUploads } from './uploads/direct-uploads.ts';
import { AdmitUpload } from './uploads/admit-upload.ts';
import { DirectUploadsController } from './uploads/direct-uploads.controller.ts';
import { Uploads } from './uploads/uploads.ts';
import { UploadsController } from './uploads/uploads.controller.ts';
import { TemporalPool } from './workers/temporal-pool.ts';
import { WorkersController } from './workers/workers.controller.ts';

/** What the API is made with. */
export interface ApiDeps {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly metrics: Metrics;
  readonly backends: Backends;
  readonly clock?: Clock;
}

@Module({})
export class ApiModule {
  static with({ config, store, metrics, backends, clock = Date.now }: ApiDeps): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        JobsController,
        JobEventsController,
        AttemptsController,
        SteerJobController,
        WebhooksController,
        KeysController,
        TenantsController,
        UsageController,
        UploadsController,
        DirectUploadsController,
        BatchesController,
        CatalogueController,
        WorkersController,
        HealthController,
        MediaController,
        PlayController,
      ],
      providers: [
        Authenticator,
        AdmitRequest,
        ManageKeys,
        AdmitJob,
        JobTenants,
        SubmitJob,
        ReadJobs,
        FollowJob,
        SteerJob,
        RetryJob,
        CancelJob,
        EndOrphanedJob,
        QueueOutlooks,
        JobCalls,
        DryRunJob,
        WebhookLog,
        RotateSecrets,
        DirectUploads,
        Uploads,
        AdmitUpload,
        SubmitBatch,
        StartBatchedJobs,
        ReadBatches,
        ReadAttempts,
        CancelBatch,
        CatalogueRebuild,
        Readiness,
        Playback,
        TemporalPool,
        { provide: CONFIG, useValue: config },
        { provide: STORE, useValue: store },
        { provide: METRICS, useValue: metrics },
        { provide: CLOCK, useValue: clock },
        { provide: Backends, useValue: backends },
        { provide: APP_GUARD, useClass: AccessGuard },
        ReadBody,
        { provide: APP_INTERCEPTOR, useExisting: ReadBody },
      ],
    };
  }
}
