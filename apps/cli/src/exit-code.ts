/** What the command's exit says; part of its interface. */
export const EXIT = {
  ok: 0,
  /** The job failed, its output was not right, or the service could not be used. */
  failed: 1,
  /** The command line or the request was wrong. */
  usage: 2,
  /** Cancelled: 128 + SIGINT, as shells have it. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
