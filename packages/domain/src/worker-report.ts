import { z } from 'zod';

/** The states of a worker process. Only `idle` and `busy` ones take work. */
export const WorkerStatus = z.enum(['starting', 'idle', 'busy', 'quarantined', 'draining']);
export type WorkerStatus = z.infer<typeof WorkerStatus>;

/** An encoder as a worker found it by encoding real frames with it. */
export const ProvedEncoder = z.object({
  name: z.string(),
  /** Where it runs: `cpu`, or the id of a device. */
  device: z.string(),
  works: z.boolean(),
  /** Why it does not. */
  reason: z.string().optional(),
  /** Of the trial's output, where it follows from the encoder build alone. */
  sha256: z.string().optional(),
  /** Frames per second of the trial. */
  speed: z.number().nonnegative().optional(),
});
export type ProvedEncoder = z.infer<typeof ProvedEncoder>;

/** The devices on which an encoder works, by their ids; the processor is none. */
export function workingDevices(proved: readonly ProvedEncoder[]): ReadonlySet<string> {
  return new Set(proved.filter(({ works, device }) => works && device !== 'cpu').map(({ device }) => device));
}

/** What a worker process says of itself, every few seconds, in the object store. Times in ms since the epoch. */
export const WorkerReport = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int().positive(),
  roles: z.array(z.string()),
  queues: z.array(z.string()),
  /** Activities that run at once at most, by task queue. */
  slots: z.record(z.string(), z.number().int().nonnegative()),
  status: WorkerStatus,
  /** Why it takes no work, where it does not. */
  statusReasons: z.array(z.string()),
  currentTasks: z.array(
    z.object({
      activity: z.string(),
      workflowId: z.string(),
      /** The chunk or rendition, where the task has one. */
      unit: z.string().optional(),
      attempt: z.number().int().positive(),
      startedAt: z.number().int(),
    }),
  ),
  tasksCompleted: z.number().int().nonnegative(),
  tasksFailed: z.number().int().nonnegative(),
  /** The latest last. */
  recentFailures: z.array(
    z.object({
      at: z.number().int(),
      activity: z.string(),
      workflowId: z.string(),
      unit: z.string().optional(),
      code: z.string(),
      message: z.string(),
    }),
  ),
  lastHeartbeat: z.number().int(),
  registeredAt: z.number().int(),
  cpuModel: z.string(),
  cpuThreads: z.number().int().positive(),
  ramTotalBytes: z.number().int().positive(),
  gpus: z.array(z.string()),
  /** Video encoders that it offers, and the build that holds them; empty and absent where it does not encode. */
  encoders: z.array(z.string()),
  encoderBuild: z.string().optional(),
  /** What trial encodes showed, working or not. */
  proved: z.array(ProvedEncoder),
  /** How it holds the limits of encoders, and which. */
  limits: z
    .object({ control: z.string(), holds: z.array(z.string()), note: z.string().optional() })
    .optional(),
  /** sandbox or none. */
  isolation: z.string().optional(),
  /** Of the file system that holds the scratch folder. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), reservedBytes: z.number() }).optional(),
  /** Version in a Temporal worker deployment, where it is part of one. */
  deployment: z.object({ name: z.string(), buildId: z.string() }).optional(),
});
export type WorkerReport = z.infer<typeof WorkerReport>;

/** A worker that has said nothing for this long is taken for gone, in ms. */
export const WORKER_SILENCE_LIMIT_MS = 30_000;
