/**
 * Calls `stop` once when this process is asked to end: by SIGTERM or SIGINT, or because the supervisor that started it
 * with an IPC channel is gone. Further signals change nothing; the process ends when its work has.
 */
export function onStopRequest(stop: (reason: string) => void): void {
  let asked = false;
  const ask = (reason: string) => () => {
    if (asked) return;
    asked = true;
    stop(reason);
  };
  process.on('SIGTERM', ask('SIGTERM'));
  process.on('SIGINT', ask('SIGINT'));
  process.on('disconnect', ask('the supervisor is gone'));
}
