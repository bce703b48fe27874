import type { OpenAPIObject } from '@nestjs/swagger';

/** Calls whose answers name something, and the routes that take the name. */
const MAKERS = [
  { by: '/api/transcode', status: '201', id: '/jobId', under: '/api/jobs/{id}' },
  { by: '/api/batches', status: '201', id: '/batchId', under: '/api/batches/{id}' },
  { by: '/api/uploads', status: '201', id: '/id', under: '/api/uploads/{id}' },
  { by: '/api/keys', status: '201', id: '/id', under: '/api/keys/{id}' },
  { by: '/api/tenants', status: '201', id: '/id', under: '/api/tenants/{id}' },
] as const;

/** Says which calls go on with what another has made (https://spec.openapis.org/oas/v3.0.3#link-object). */
export function describeLinks({ paths }: OpenAPIObject): void {
  for (const { by, status, id, under } of MAKERS) {
    const answer = paths[by]?.post?.responses[status];
    if (answer === undefined || '$ref' in answer) throw new Error(`POST ${by} has no answer ${status}.`);
    const targets = Object.entries(paths)
      // With a second name in the path the first is not enough.
      .filter(([path]) => path.startsWith(under) && path.split('{').length === 2)
      .flatMap(([, { get, head, post, put, patch, delete: remove }]) => [get, head, post, put, patch, remove])
      .flatMap((operation) => operation?.operationId ?? []);
    const link = (operationId: string) => ({ operationId, parameters: { id: `$response.body#${id}` } });
    answer.links = Object.fromEntries(targets.map((operationId) => [operationId, link(operationId)]));
  }
}
