import {
  ApiKey,
  AudioProfile,
  AudioRendition,
  AttemptView,
  AudioTrack,
  BatchSummary,
  Delivery,
  DeliveryAttempt,
  DescribedBatchRequest,
  DryRun,
  EncodeLimits,
  JobFailure,
  JobOutput,
  JobState,
  JobView,
  LadderRung,
  Quality,
  QueueOutlook,
  QueueState,
  Quotas,
  Rational,
  RenditionView,
  RequestFields,
  ResourceLimits,
  SegmentView,
  SourceMeta,
  Tenant,
  TenantSettings,
  TranscodeRequest,
  TranscodeRequestBody,
  UploadView,
  UsageDay,
  VideoRendition,
  VideoTrack,
  Warning,
  WorkerPool,
  WorkerView,
} from '@framefold/domain';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { z } from 'zod';
import {
  IssuedKey,
  KeyList,
  NewKey,
  NewTenant,
  Rotation,
  TenantList,
  Usage,
} from '../access/access-schemas.ts';
import { BatchDocument, BatchList, SubmittedBatch } from '../batches/batch-schemas.ts';
import { RebuildState } from '../catalogue/rebuild-state.ts';
import { JobLinks } from '../jobs/job-links.ts';
import { AttemptList } from '../jobs/attempt-schemas.ts';
import { JobDocument, JobList, SentEvent, Steered, Submitted } from '../jobs/job-schemas.ts';
import { Problem } from '../problem/problem.ts';
import { DirectUpload, DirectUploadRequest, MissingParts } from '../uploads/direct-upload-schemas.ts';
import { Uploaded } from '../uploads/upload-schemas.ts';
import { DeliveryDocument, DeliveryList, NewSecret, SecretList } from '../webhooks/webhook-schemas.ts';
import { toSchema } from './to-schema.ts';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];
type Named = Readonly<Record<string, z.ZodType>>;

/** What requests hold, under the names that generated clients have for it. */
const TAKEN: Named = {
  AppendedSource: RequestFields.shape.append.unwrap().element,
  AudioProfile,
  BatchRequest: DescribedBatchRequest,
  DirectUploadRequest,
  JobFields: RequestFields,
  JobRequest: TranscodeRequestBody,
  NewKey,
  NewTenant,
  ResourceLimits,
  Rotation,
  TenantSettings,
  VideoProfile: LadderRung,
};

/** What answers hold. */
const GIVEN: Named = {
  AcceptedRequest: TranscodeRequest,
  ApiKey,
  Attempt: AttemptView,
  AttemptPage: AttemptList,
  AudioRendition,
  AudioTrack,
  Batch: BatchDocument,
  BatchCounts: BatchSummary.shape.counts,
  BatchLinks: BatchDocument.shape.links,
  BatchPage: BatchList,
  BatchProgress: BatchSummary.shape.progress,
  BatchSummary: BatchList.shape.batches.element,
  CreatedUpload: Uploaded,
  Delivery,
  DeliveryAttempt,
  DeliveryList,
  DeliveryWithBody: DeliveryDocument,
  DirectUpload,
  DryRun,
  EncodeLimits,
  IssuedKey,
  Job: JobDocument,
  JobFailure,
  JobLinks,
  JobOutput,
  JobPage: JobList,
  JobPlan: JobView.shape.plan.unwrap(),
  JobProgress: JobView.shape.progress,
  JobState,
  JobSummary: JobList.shape.jobs.element,
  KeyList,
  MissingPart: MissingParts.shape.parts.element,
  MissingParts,
  NewWebhookSecret: NewSecret,
  Problem,
  Quality,
  QueueOutlook,
  QueueState,
  Quotas,
  Rational,
  RebuildState,
  Rendition: RenditionView,
  Segment: SegmentView,
  SentEvent,
  SourceMeta,
  Steered,
  Submitted,
  SubmittedBatch,
  Tenant,
  TenantList,
  Upload: UploadView,
  Usage,
  UsageDay,
  VideoRendition,
  VideoTrack,
  Warning,
  WebhookSecrets: SecretList,
  Worker: WorkerView,
  WorkerPool,
  WorkerRegistration: WorkerView.shape.temporal.element,
};

/**
 * Names what the description would else spell out at each place: clients that are generated of it get types with these
 * names, and people a list of them. A part is known by its words, whichever schema it came from.
 */
export function nameSchemas(document: OpenAPIObject): void {
  const schemas: Record<string, object> = Object.fromEntries(
    [...toSchemas(TAKEN, 'input'), ...toSchemas(GIVEN, 'output')].sort(([a], [b]) => a.localeCompare(b)),
  );
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schema), name]));
  const referenceTo = (part: object): { $ref: string } | undefined => {
    const name = names.get(JSON.stringify(part));
    return name === undefined ? undefined : { $ref: `#/components/schemas/${name}` };
  };
  const shorten = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    const reference = referenceTo(part);
    if (reference !== undefined) return reference;
    const { own, schema } = ofItsPlace(part);
    const inner = referenceTo(schema);
    // Beside a reference OpenAPI 3.0 reads nothing.
    return inner === undefined ? shortenInside(part) : { ...own, allOf: [inner] };
  };
  const shortenInside = (part: object): unknown =>
    Array.isArray(part)
      ? part.map(shorten)
      : Object.fromEntries(
          Object.entries(part as Record<string, unknown>).map(([key, inner]) => [key, shorten(inner)]),
        );

  document.paths = shortenInside(document.paths) as OpenAPIObject['paths'];
  const named = Object.entries(schemas).map(([name, schema]) => [name, shortenInside(schema) as Schema]);
  document.components = { ...document.components, schemas: Object.fromEntries(named) as Schemas };
}

/** What a schema says of the one place where it stands, and the rest. */
function ofItsPlace(part: object): { readonly own: object; readonly schema: object } {
  const entries = Object.entries(part as Record<string, unknown>);
  const isOwn = ([key]: [string, unknown]): boolean => key === 'description' || key === 'default';
  return {
    own: Object.fromEntries(entries.filter(isOwn)),
    schema: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
  };
}

function toSchemas(named: Named, io: 'input' | 'output'): [string, object][] {
  return Object.entries(named).map(([name, schema]) => [name, toSchema(schema, io)]);
}
