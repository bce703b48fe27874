/** A stream of events that a client has asked for. */
export interface OpenStream {
  readonly status: number;
  /** Resolves when it has ended, well or not. */
  readonly ended: Promise<void>;
}

/** Asks an API under test for a stream, and reads it: one that nobody reads may be closed with the memory that it takes. */
export async function openStream(
  port: number,
  jobId: string,
  { headers = {}, signal }: { headers?: Record<string, string>; signal: AbortSignal },
): Promise<OpenStream> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/jobs/${jobId}/events`, { headers, signal });
  const ended = answer.text().then(
    () => undefined,
    () => undefined,
  );
  return { status: answer.status, ended };
}
