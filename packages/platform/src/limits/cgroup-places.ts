/** Where the control groups of this process lie, by controller; the unified hierarchy (version 2) is `''`. */
export type CgroupPlaces = ReadonlyMap<string, string>;

/**
 * Finds the folders of a process's own control groups.
 *
 * @param membership content of /proc/self/cgroup (cgroups(7)): `4:memory:/some/path` lines
 * @param mounts content of /proc/self/mountinfo (proc_pid_mountinfo(5))
 */
export function cgroupPlaces(membership: string, mounts: string): CgroupPlaces {
  const hierarchies = mounts.split('\n').flatMap(parseMount);
  const places = new Map<string, string>();
  for (const line of membership.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) {
      const mount = hierarchies.find((found) =>
        controller === '' ? found.unified : !found.unified && found.options.includes(controller),
      );
      if (mount === undefined) continue;
      // A container sees its own part of the hierarchy; of what lies outside it can reach only the part's root.
      const inside =
        path === mount.root ? '' : path.startsWith(mount.root) ? path.slice(mount.root.length) : '';
      places.set(controller, [mount.point, ...inside.split('/').filter(Boolean)].join('/'));
    }
  }
  return places;
}

interface CgroupMount {
  readonly root: string;
  readonly point: string;
  readonly unified: boolean;
  readonly options: readonly string[];
}

function parseMount(line: string): CgroupMount[] {
  const [left, right] = line.split(' - ');
  const [, , , root, point] = left?.split(' ') ?? [];
  const [type, , options] = right?.split(' ') ?? [];
  if (root === undefined || point === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
  return [
    {
      root: root === '/' ? '' : root,
      point,
      unified: type === 'cgroup2',
      options: options?.split(',') ?? [],
    },
  ];
}
