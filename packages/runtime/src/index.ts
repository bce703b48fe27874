export { processWorkerId } from './process-worker-id.ts';
export { parseRoles, type Role } from './roles.ts';
export { startReporting, type Reporting } from './reporting.ts';
export { startWorkers, type RunningWorkers, type WorkersOptions } from './start-workers.ts';
export { onStopRequest } from './stop-request.ts';
