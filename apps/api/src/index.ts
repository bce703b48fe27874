export { type ApiDeps } from './api.module.ts';
export { Backends } from './backends.ts';
export { createApi } from './create-api.ts';
export type { CancelOutcome, TemporalGateway } from './temporal/temporal-gateway.ts';
