import { z } from 'zod';

/** What a worker process says of itself, every few seconds, in the object store. Times in ms since the epoch. */
export const WorkerReport = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int().positive(),
  roles: z.array(z.string()),
  queues: z.array(z.string()),
  /** Activities that run at once at most, by task queue. */
  slots: z.record(z.string(), z.number().int().positive()),
  status: z.enum(['idle', 'busy', 'draining']),
  currentTasks: z.array(
    z.object({
      activity: z.string(),
      workflowId: z.string(),
      attempt: z.number().int().positive(),
      startedAt: z.number().int(),
    }),
  ),
  tasksCompleted: z.number().int().nonnegative(),
  tasksFailed: z.number().int().nonnegative(),
  lastHeartbeat: z.number().int(),
  registeredAt: z.number().int(),
  cpuModel: z.string(),
  cpuThreads: z.number().int().positive(),
  ramTotalBytes: z.number().int().positive(),
  gpus: z.array(z.string()),
  /** Video encoders that it offers, and the build that holds them; empty and absent where it does not encode. */
  encoders: z.array(z.string()),
  encoderBuild: z.string().optional(),
});
export type WorkerReport = z.infer<typeof WorkerReport>;

/** A worker that has said nothing for this long is taken for gone, in ms. */
export const WORKER_SILENCE_LIMIT_MS = 30_000;
