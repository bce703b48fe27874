import type { WorkerStatus } from '@framefold/domain';
import { Gate } from './gate.ts';
import { TaskCounter } from './task-counter.ts';

/** What a worker process knows of itself while it runs. */
export class WorkerState {
  readonly gate = new Gate();
  readonly tasks = new TaskCounter(this.gate);
  draining = false;

  get status(): WorkerStatus {
    if (this.draining) return 'draining';
    if (!this.gate.isOpen('starting')) return 'starting';
    if (!this.gate.isOpen()) return 'quarantined';
    return this.tasks.current.length > 0 ? 'busy' : 'idle';
  }
}
