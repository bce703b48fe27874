import type { ProcessLimits } from './resource-control.ts';

/** Encoders give way to everything else on the machine, in processor time and when memory runs out. */
const NICENESS = 10;
const OOM_SCORE_ADJ = 800;

/** Joins the groups whose files are named before `--`, then becomes the program named after it. */
const SCRIPT = [
  `echo ${OOM_SCORE_ADJ} > /proc/self/oom_score_adj`,
  'while [ "$1" != -- ]; do echo $$ > "$1" || exit 126; shift; done',
  'shift',
  `exec nice -n ${NICENESS} "$@"`,
].join('; ');

/**
 * The command line that starts a program in control groups and under the limits that the process itself carries.
 *
 * @param procsFiles the `cgroup.procs` files of the groups to join
 * @param dataBytes limit of writable private memory of each process, where the kernel has no better one
 */
export function enterArgv(
  argv: readonly string[],
  procsFiles: readonly string[],
  { diskBytes }: Pick<ProcessLimits, 'diskBytes'>,
  dataBytes?: number,
): string[] {
  const limits = [
    ...(diskBytes === undefined ? [] : [`--fsize=${diskBytes}`]),
    ...(dataBytes === undefined ? [] : [`--data=${dataBytes}`]),
  ];
  const limited = limits.length === 0 ? argv : ['prlimit', ...limits, '--', ...argv];
  return ['/bin/sh', '-c', SCRIPT, 'sh', ...procsFiles, '--', ...limited];
}
