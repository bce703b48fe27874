import { cgroupPlaces } from './cgroup-places.ts';

const mount = (root: string, point: string, type: string, options: string): string =>
  `31 23 0:28 ${root} ${point} rw,relatime shared:9 - ${type} ${type} ${options}`;

describe('cgroupPlaces', () => {
  it('finds the groups of a process in hierarchies of version 1', () => {
    const places = cgroupPlaces(
      '4:memory:/some/place\n2:cpu,cpuacct:/\n1:name=systemd:/init.scope\n',
      [
        mount('/', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
        mount('/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
        mount('/', '/proc', 'proc', 'rw'),
      ].join('\n'),
    );
    expect(Object.fromEntries(places)).toEqual({
      memory: '/sys/fs/cgroup/memory/some/place',
      cpu: '/sys/fs/cgroup/cpu,cpuacct',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
    });
  });

  it('finds the group of a process in the unified hierarchy, also where it is mounted beside the others', () => {
    const places = cgroupPlaces(
      '4:memory:/a\n0::/user.slice/b.scope\n',
      [
        mount('/', '/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
        mount('/', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
      ].join('\n'),
    );
    expect(places.get('')).toBe('/sys/fs/cgroup/unified/user.slice/b.scope');
    expect(places.get('memory')).toBe('/sys/fs/cgroup/memory/a');
  });

  it('finds the part of a hierarchy that a container sees', () => {
    const places = cgroupPlaces(
      '4:memory:/docker/abc/below\n5:cpu:/docker/abc\n',
      [
        mount('/docker/abc', '/sys/fs/cgroup/memory', 'cgroup', 'ro,memory'),
        mount('/docker/abc', '/sys/fs/cgroup/cpu', 'cgroup', 'ro,cpu'),
      ].join('\n'),
    );
    expect(places.get('memory')).toBe('/sys/fs/cgroup/memory/below');
    expect(places.get('cpu')).toBe('/sys/fs/cgroup/cpu');
  });

  it('finds nothing where nothing is mounted', () => {
    expect(cgroupPlaces('0::/\n', '').size).toBe(0);
    expect(cgroupPlaces('', '').size).toBe(0);
  });
});
