import { HARDWARE_ENCODERS, type HardwareEncoder } from './encoders.ts';
import { WORKER_SILENCE_LIMIT_MS, type WorkerReport } from './worker-report.ts';

/** Whether a worker was heard of lately and takes tasks of a queue. @param now ms since the epoch */
export function takesWork(
  { lastHeartbeat, status, queues }: WorkerReport,
  taskQueue: string,
  now: number,
): boolean {
  const isHeard = now - lastHeartbeat <= WORKER_SILENCE_LIMIT_MS;
  return isHeard && (status === 'idle' || status === 'busy') && queues.includes(taskQueue);
}

/** Whether a worker has encoded real frames with an encoder, on any of its devices. */
export function hasProved({ proved }: WorkerReport, encoder: string): boolean {
  return proved.some(({ name, works }) => works && name === encoder);
}

/**
 * The hardware encoder that most workers of a queue have proved, or undefined when none has any: the whole of a
 * rendition comes from one encoder, so the one with the largest pool is done first and survives most losses.
 *
 * @param now ms since the epoch
 */
export function chooseHardwareEncoder(
  reports: readonly WorkerReport[],
  taskQueue: string,
  now: number,
): HardwareEncoder | undefined {
  const serving = reports.filter((report) => takesWork(report, taskQueue, now));
  let best: HardwareEncoder | undefined;
  let most = 0;
  for (const encoder of HARDWARE_ENCODERS) {
    const workers = serving.filter((report) => hasProved(report, encoder)).length;
    if (workers > most) [best, most] = [encoder, workers];
  }
  return best;
}
