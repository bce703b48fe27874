export * from './convert.ts';
export * from './gen/framefold/v1/events_pb.ts';
export * from './gen/framefold/v1/job_pb.ts';
export * from './gen/framefold/v1/job_service_pb.ts';
