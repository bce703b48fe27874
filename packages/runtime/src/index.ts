export { processWorkerId } from './process-worker-id.ts';
export { Gate } from './gate.ts';
export { Quarantine } from './quarantine.ts';
export { parseRoles, type Role } from './roles.ts';
export { startReporting, type Reporting, type WorkerFacts } from './reporting.ts';
export { startWorkers, type RunningWorkers, type WorkersOptions } from './start-workers.ts';
export { WorkerState } from './worker-state.ts';
export { onStopRequest } from './stop-request.ts';
export { usablePort } from './usable-port.ts';
