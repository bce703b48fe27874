/**
 * Starts a watcher and becomes the program. The watcher waits for the end of standard input, which is the starter's, and
 * then ends the process group; SIGTERM, which goes to the whole group, is not meant for it.
 */
const SCRIPT = [
  'exec 3<&0 </dev/null',
  "{ trap '' TERM; read -r _ <&3; kill -KILL -$$; } >/dev/null 2>&1 &",
  'exec "$@" 3<&-',
].join('\n');

/**
 * The command line that runs another one so that nothing of it outlives the starter, kill -9 at any moment included.
 * PR_SET_PDEATHSIG alone leaves gaps: whoever is orphaned between its fork and its prctl lives on, and bubblewrap forks
 * twice. A process group has no gap, since the kernel never lets a fork slip past a signal to the group.
 *
 * To be started as the leader of a process group (`detached`) with a pipe as its standard input that nobody else holds
 * and nothing is written to; the program itself reads /dev/null. Its number and exit status stay the program's.
 */
export function guardArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', SCRIPT, 'sh', ...argv];
}
