import { fromBinary, ScalarType, toBinary, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import {
  DryRun,
  EVENT_PAYLOADS,
  JobView,
  RecordedEvent,
  TranscodeRequestBody,
  type JobEventType,
} from '@framefold/domain';
import { example, EXAMPLES } from '@framefold/domain/testing';
import { z } from 'zod';
import { fromProto, toProto } from './convert.ts';
import {
  JobEventSchema,
  RecordedEventSchema,
  SourceIngestedSchema,
  TranscodeRequestSchema,
} from './gen/framefold/v1/events_pb.ts';
import { JobSchema } from './gen/framefold/v1/job_pb.ts';
import { DryRunJobResponseSchema, JobStatusSchema } from './gen/framefold/v1/job_service_pb.ts';

const TYPES = Object.keys(EVENT_PAYLOADS) as JobEventType[];

/** The parts of JSON Schema that Zod writes for the domain's shapes. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  /** Of the values of an object whose names are free. */
  readonly additionalProperties?: Shape | false;
  readonly anyOf?: readonly Shape[];
}

/** A Zod schema's shape after parsing. What a transform gives can't be told from outside and comes out as `{}`. */
const shapeOf = (schema: z.ZodType): Shape =>
  z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Shape;

/** What may stand for what: JSON Schema's types, and the scalars whose JSON is the same. */
const SCALARS: Readonly<Record<string, readonly ScalarType[]>> = {
  string: [ScalarType.STRING],
  boolean: [ScalarType.BOOL],
  integer: [ScalarType.INT32, ScalarType.DOUBLE],
  number: [ScalarType.DOUBLE],
};

/** All ways in which a message departs from a shape; empty when they agree. */
function differences(message: DescMessage, shape: Shape, path: string): string[] {
  const fields = new Map(message.fields.map((field) => [field.jsonName, field]));
  const properties = shape.properties ?? {};
  return [
    ...[...fields.keys()]
      .filter((name) => !(name in properties))
      .map((name) => `${path}.${name}: only in the proto`),
    ...Object.entries(properties).flatMap(([name, property]) => {
      const field = fields.get(name);
      if (field === undefined) return [`${path}.${name}: only in Zod`];
      const isRequired = shape.required?.includes(name) ?? false;
      return [
        ...(field.proto.proto3Optional === isRequired
          ? [`${path}.${name}: optional in one, required in the other`]
          : []),
        ...differencesOfField(field, property, `${path}.${name}`),
      ];
    }),
  ];
}

function differencesOfField(field: DescField, shape: Shape, path: string): string[] {
  const types = [
    ...new Set([shape, ...(shape.anyOf ?? [])].flatMap((alternative) => alternative.type ?? [])),
  ];
  const [type = 'unknown'] = types;
  // Alternatives of one type are that type; those of several need a field that takes any.
  if (types.length > 1)
    return field.message?.typeName === ValueSchema.typeName ? [] : [`${path}: a union in Zod`];
  if (type === 'array') {
    if (field.fieldKind !== 'list') return [`${path}: a list in Zod`];
    return differencesOfItem(field, shape.items ?? {}, `${path}[]`);
  }
  if (field.fieldKind === 'list') return [`${path}: a list in the proto`];
  if (field.fieldKind === 'map') {
    const agrees = SCALARS[String(values(shape)?.type)]?.includes(field.scalar ?? ScalarType.BYTES) ?? false;
    return agrees ? [] : [`${path}: a map in the proto, of other values`];
  }
  if (values(shape) !== undefined) return [`${path}: a map in Zod`];
  return differencesOfItem(field, { ...shape, type }, path);
}

/** Of a map, what it maps to. */
function values({ properties, additionalProperties }: Shape): Shape | undefined {
  return properties === undefined && typeof additionalProperties === 'object'
    ? additionalProperties
    : undefined;
}

function differencesOfItem(field: DescField, shape: Shape, path: string): string[] {
  if (shape.type === 'object') {
    return field.message === undefined
      ? [`${path}: an object in Zod`]
      : differences(field.message, shape, path);
  }
  const type = String(shape.type);
  const agrees = field.scalar !== undefined && (SCALARS[type] ?? []).includes(field.scalar);
  return agrees ? [] : [`${path}: ${type} in Zod, something else in the proto`];
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

describe('events.proto and the Zod schemas', () => {
  it('know the same events', () => {
    expect(JobEventSchema.oneofs[0]?.fields.map((field) => field.jsonName)).toEqual(TYPES.map(lowerFirst));
    expect(
      JobEventSchema.fields.filter((field) => field.oneof === undefined).map((field) => field.jsonName),
    ).toEqual(['at']);
  });

  it.each(TYPES)('agree on every field of %s', (type) => {
    const message = JobEventSchema.fields.find((field) => field.jsonName === lowerFirst(type))?.message;
    if (message === undefined) throw new Error(`${type} has no message.`);
    expect(differences(message, shapeOf(EVENT_PAYLOADS[type]), type)).toEqual([]);
  });

  it('agree on what places an event in the log', () => {
    const { event: _, ...place } = RecordedEvent.shape;
    const found = differences(RecordedEventSchema, shapeOf(z.object(place)), 'RecordedEvent');
    expect(found).toEqual(['RecordedEvent.event: only in the proto']);
  });

  it.each<[string, z.ZodType, string]>([
    ['a field more', EVENT_PAYLOADS.SourceIngested.extend({ etag: z.string() }), 'x.etag: only in Zod'],
    ['a field less', EVENT_PAYLOADS.SourceIngested.omit({ uri: true }), 'x.uri: only in the proto'],
    [
      'a field that may be absent',
      EVENT_PAYLOADS.SourceIngested.partial({ uri: true }),
      'x.uri: optional in one, required in the other',
    ],
    [
      'another kind',
      EVENT_PAYLOADS.SourceIngested.extend({ inPlace: z.string() }),
      'x.inPlace: string in Zod, something else in the proto',
    ],
    ['a list', EVENT_PAYLOADS.SourceIngested.extend({ uri: z.array(z.string()) }), 'x.uri: a list in Zod'],
    [
      'an object',
      EVENT_PAYLOADS.SourceIngested.extend({ uri: z.object({ path: z.string() }) }),
      'x.uri: an object in Zod',
    ],
    [
      'a map',
      EVENT_PAYLOADS.SourceIngested.extend({ uri: z.record(z.string(), z.string()) }),
      'x.uri: a map in Zod',
    ],
    [
      'a choice',
      EVENT_PAYLOADS.SourceIngested.extend({ uri: z.union([z.string(), z.number()]) }),
      'x.uri: a union in Zod',
    ],
  ])('are seen to differ by %s', (_, schema, difference) => {
    expect(differences(SourceIngestedSchema, shapeOf(schema), 'x')).toEqual([difference]);
  });
});

describe('job.proto and the Zod schemas', () => {
  it('agree on every field of a job', () => {
    expect(differences(JobSchema, shapeOf(JobView), 'Job')).toEqual([
      'Job.links: only in the proto',
      // An absent list and an empty one are the same on the wire.
      'Job.appendedSources: optional in one, required in the other',
    ]);
  });

  it('agree on what a job would be', () => {
    expect(differences(DryRunJobResponseSchema, shapeOf(DryRun), 'DryRun')).toEqual([
      'DryRun.appendedSources: optional in one, required in the other',
    ]);
  });

  it('agree on what changes of a job between two events', () => {
    const shape = shapeOf(JobView.pick({ status: true, paused: true, waitingFor: true, progress: true }));
    expect(differences(JobStatusSchema, shape, 'JobStatus')).toEqual([]);
  });

  it('agree on what clients may write in a request', () => {
    const written = z.toJSONSchema(TranscodeRequestBody, { io: 'input', unrepresentable: 'any' }) as Shape;
    const fields = TranscodeRequestSchema.fields.map((field) => field.jsonName);
    expect(fields.filter((name) => name !== 'testSource').sort()).toEqual(
      Object.keys(written.properties ?? {}).sort(),
    );
  });
});

describe('toProto and fromProto', () => {
  const place = { jobId: 'j1', stream: 'job', sequence: 0, position: 0 };

  it.each(TYPES)('carry %s through the binary form without loss', (type) => {
    const event: RecordedEvent = { ...place, event: example(type, 1_795_000_000_123) };
    const bytes = toBinary(RecordedEventSchema, toProto(event));
    expect(fromProto(fromBinary(RecordedEventSchema, bytes))).toEqual(event);
  });

  it('carry a ladder by name', () => {
    const request = { ...EXAMPLES.JobSubmitted.request, ladder: 'hls-default' as const };
    const event: RecordedEvent = { ...place, event: { type: 'JobSubmitted', at: 0, data: { request } } };
    const bytes = toBinary(RecordedEventSchema, toProto(event));
    expect(fromProto(fromBinary(RecordedEventSchema, bytes))).toEqual(event);
  });

  it('carry a scenario with its source', () => {
    const parameters = { duration: 4, bitrate: '1M' };
    const request = TranscodeRequestBody.parse({ scenario: '720p30-h264', parameters });
    const event: RecordedEvent = { ...place, event: { type: 'JobSubmitted', at: 0, data: { request } } };
    const bytes = toBinary(RecordedEventSchema, toProto(event));
    expect(fromProto(fromBinary(RecordedEventSchema, bytes))).toEqual(event);
  });

  it('refuse a field that the message has not', () => {
    const data = { ...EXAMPLES.JobCancelled, by: 'someone' };
    expect(() => toProto({ ...place, event: { type: 'JobCancelled', at: 0, data } })).toThrow('by');
  });

  it('refuse a message without an event', () => {
    expect(() => fromProto(fromBinary(RecordedEventSchema, new Uint8Array()))).toThrow();
  });
});
