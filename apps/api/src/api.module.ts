import type { Config } from '@framefold/config';
import type { ObjectStore } from '@framefold/platform';
import type { Metrics } from '@framefold/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { Backends } from './backends.ts';
import { HealthController } from './health/health.controller.ts';
import { Readiness } from './health/readiness.ts';
import { CancelJob } from './jobs/cancel-job.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { ReadJobs } from './jobs/read-jobs.ts';
import { SubmitJob } from './jobs/submit-job.ts';
import { MediaController } from './media/media.controller.ts';
import { PlayController } from './play/play.controller.ts';
import { CLOCK, type Clock, CONFIG, METRICS, STORE } from './tokens.ts';
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
      controllers: [JobsController, WorkersController, HealthController, MediaController, PlayController],
      providers: [
        SubmitJob,
        ReadJobs,
        CancelJob,
        Readiness,
        TemporalPool,
        { provide: CONFIG, useValue: config },
        { provide: STORE, useValue: store },
        { provide: METRICS, useValue: metrics },
        { provide: CLOCK, useValue: clock },
        { provide: Backends, useValue: backends },
      ],
    };
  }
}
