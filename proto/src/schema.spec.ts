import { readFile } from 'node:fs/promises';
import { create, fromBinary, toJson } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { file_framefold_v1_events } from './gen/framefold/v1/events_pb.ts';
import { file_framefold_v1_job } from './gen/framefold/v1/job_pb.ts';
import { file_framefold_v1_job_service } from './gen/framefold/v1/job_service_pb.ts';

/** What is in a file, without the JSON names, which some write out and some leave to be derived. */
const contentOf = ({ name, messageType, service }: FileDescriptorProto): string =>
  JSON.stringify(
    toJson(FileDescriptorProtoSchema, create(FileDescriptorProtoSchema, { name, messageType, service })),
    (key, value: unknown) => (key === 'jsonName' ? undefined : value),
  );

it('schema.binpb, which buf compares with, is the schema of the generated code', async () => {
  const image = await readFile(new URL('../schema.binpb', import.meta.url));
  const { file } = fromBinary(FileDescriptorSetSchema, image);
  const own = file.filter(({ name }) => name.startsWith('framefold/'));
  const generated = [file_framefold_v1_events, file_framefold_v1_job, file_framefold_v1_job_service];
  // Else: npm run proto.
  expect(own.map(contentOf)).toEqual(generated.map(({ proto }) => contentOf(proto)));
});
