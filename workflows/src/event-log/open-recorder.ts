import { CancellationScope } from '@temporalio/workflow';
import { recording } from '../activities.ts';
import { EventRecorder, type EventStream } from './event-recorder.ts';

/** A recorder that writes through the control queue, also when the workflow is being cancelled. */
export function openRecorder(stream: EventStream): EventRecorder {
  return new EventRecorder(stream, (events) =>
    CancellationScope.nonCancellable(() => recording.recordEvents({ events })),
  );
}
