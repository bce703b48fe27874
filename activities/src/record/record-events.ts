import type { Catalogue } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';

/** Appends events to the job's log. */
export function recordEvents(deps: { readonly catalogue: Catalogue }): ControlActivities['recordEvents'] {
  return ({ events }) => deps.catalogue.append(events);
}
