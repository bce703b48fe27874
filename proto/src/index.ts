export * from './convert.ts';
export * from './gen/framefold/v1/events_pb.ts';
