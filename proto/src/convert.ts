import { fromJson, toJson, type JsonObject } from '@bufbuild/protobuf';
import { JobEvent, type RecordedEvent } from '@framefold/domain';
import {
  RecordedEventSchema,
  type RecordedEvent as RecordedEventMessage,
} from './gen/framefold/v1/events_pb.ts';

/**
 * An event of the log as a protobuf message.
 *
 * @throws {Error} when the event has a field that the message has not; agreement.spec.ts keeps that from happening
 */
export function toProto({ event, ...place }: RecordedEvent): RecordedEventMessage {
  const { type, at, data } = event;
  const json = { ...place, event: { at, [type.charAt(0).toLowerCase() + type.slice(1)]: data } };
  return fromJson(RecordedEventSchema, json as unknown as JsonObject);
}

/**
 * The event that a protobuf message holds.
 *
 * @throws {z.ZodError} when it is not one of the domain's, e.g. of a later version
 */
export function fromProto(message: RecordedEventMessage): RecordedEvent {
  const { jobId, stream, sequence, position } = message;
  // Fields at zero are not on the wire; the domain wants to see them.
  const json = toJson(RecordedEventSchema, message, { alwaysEmitImplicit: true });
  const { at, ...cases } = (json as { event?: JsonObject }).event ?? {};
  const [name = '', data] = Object.entries(cases)[0] ?? [];
  const event = JobEvent.parse({ type: name.charAt(0).toUpperCase() + name.slice(1), at, data });
  return { jobId, stream, sequence, position, event };
}
