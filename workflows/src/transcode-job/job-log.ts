import {
  EMPTY_FOLD,
  fold,
  type JobEvent,
  type JobEventData,
  type JobEventType,
  type JobFold,
} from '@framefold/domain';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { jobStream, submission, type TranscodeJobInput } from '../contract/workflows.ts';
import { openRecorder } from '../event-log/open-recorder.ts';
import type { EventRecorder } from '../event-log/event-recorder.ts';
import { operatorDetails } from './operator-details.ts';

/**
 * What has happened to a job so far: every event goes into the fold at once, into the log as soon as it can be written,
 * and shows in what operators see of the workflow.
 */
export class JobLog {
  private current: JobFold;
  /** By rendition, where each is encoded by itself. */
  private readonly chunksInBatches = new Map<string | undefined, number>();
  private readonly recorder: EventRecorder;

  /** Begins the log with JobSubmitted, exactly as the API has written it. */
  constructor(input: TranscodeJobInput) {
    this.recorder = openRecorder({ jobId: input.jobId, stream: jobStream(input.run) });
    const { priority } = input;
    this.current = priority === undefined ? EMPTY_FOLD : { ...EMPTY_FOLD, priority };
    const { at, data } = submission(input);
    this.append('JobSubmitted', data, at);
  }

  /** The job as its events tell it; without the chunks of batches, which record their own. */
  get job(): JobFold {
    return this.current;
  }

  /** Adds an event. */
  append<K extends JobEventType>(type: K, data: JobEventData<K>, at: number = Date.now()): void {
    const event = { type, at, data } as JobEvent;
    const before = this.current.state;
    this.current = fold(this.current, event);
    if (event.type === 'RenditionRestarted') this.chunksInBatches.delete(event.data.rendition);
    this.recorder.record(event);
    if (this.current.state !== before) {
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.status, value: this.current.state }]);
    }
    this.show();
  }

  /** Notes chunks that a batch has encoded and recorded, at one rendition or at all of them. */
  countBatch(chunks: number, rendition?: string): void {
    this.chunksInBatches.set(rendition, (this.chunksInBatches.get(rendition) ?? 0) + chunks);
    this.show();
  }

  /** Resolves when all events so far are in the job's log. */
  flush(): Promise<void> {
    return this.recorder.flush();
  }

  private show(): void {
    const inBatches = [...this.chunksInBatches.values()].reduce((sum, chunks) => sum + chunks, 0);
    setCurrentDetails(operatorDetails(this.current, inBatches));
  }
}
