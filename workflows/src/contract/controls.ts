import type { JobState } from '@framefold/domain';

/** How clients steer a running job: Temporal updates of its workflow. Each is refused once the job has ended. */
export const CONTROL_UPDATES = {
  /** Begins nothing more of the job; encoders that run finish their chunks. Pausing twice changes nothing. */
  pause: 'pause',
  resume: 'resume',
  /** Gives what waits and what comes another priority, 1 (most urgent) to 9. */
  changePriority: 'changePriority',
  /** Encodes a video rendition again from its first chunk, while the job is transcoding. */
  redoRendition: 'redoRendition',
} as const;

/** By which an update is refused: the type of its failure. */
export const CONTROL_REFUSALS = {
  ended: 'JOB_ENDED',
  noSuchRendition: 'RENDITION_NOT_FOUND',
  notTranscoding: 'JOB_NOT_TRANSCODING',
} as const;

/** What a job's workflow tells its batches. */
export interface Controls {
  readonly paused: boolean;
  /** 1 (most urgent) to 9; absent: what the job was submitted with. */
  readonly priority?: number;
}

/** The signal by which a job's workflow tells its batches. */
export const CONTROLS_SIGNAL = 'controls';

/** What every control update answers. */
export interface ControlAnswer {
  readonly status: JobState;
  readonly paused: boolean;
}
