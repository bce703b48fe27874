import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isWorkerGroup } from './cgroup-group.ts';
import { cgroupPlaces, type CgroupPlaces } from './cgroup-places.ts';
import { cgroupV1Control } from './cgroup-v1-control.ts';
import { cgroupV2Control } from './cgroup-v2-control.ts';
import { ownerTag } from './owner-tag.ts';
import { RESOURCE_CONTROLS, type ResourceControl, type ResourceControlKind } from './resource-control.ts';
import { rlimitControl } from './rlimit-control.ts';

const run = promisify(execFile);

/** Any limits that every machine can give: what counts is whether they can be set. */
const TRIAL_LIMITS = { cpuPercent: 100, memoryBytes: 256 * 1024 ** 2 };

export interface ResourceControlOptions {
  /** The kind that is wanted, or the best that this machine has. */
  readonly kind?: ResourceControlKind | 'auto';
  /** Folder of a version-2 control group that was delegated to this program; by default the process's own. */
  readonly cgroup?: string;
  /** Whose the groups are; by default this process's. */
  readonly owner?: string;
}

/** A kind that was asked for by name and does not work here. */
export class ResourceControlError extends Error {
  override readonly name = 'ResourceControlError';
}

/**
 * The best way to hold limits that this machine has, shown by running a program under it: control groups of version 2,
 * else of version 1, else limits of each process and a watch on them.
 *
 * @throws {ResourceControlError} when a kind was asked for and does not work
 */
export async function createResourceControl({
  kind = 'auto',
  cgroup,
  owner = ownerTag(),
}: ResourceControlOptions = {}): Promise<ResourceControl> {
  const places = await ownPlaces();
  const reasons: string[] = [];
  for (const candidate of kind === 'auto' ? RESOURCE_CONTROLS : [kind]) {
    const control = make(candidate, { places, owner, ...(cgroup === undefined ? {} : { cgroup }) }, reasons);
    const obstacle = control === undefined ? 'not mounted' : await obstacleOf(control);
    if (control !== undefined && obstacle === undefined) return control;
    reasons.push(`${candidate}: ${obstacle}`);
  }
  throw new ResourceControlError(`Limits cannot be held as configured: ${reasons.join('; ')}.`);
}

function make(
  kind: ResourceControlKind,
  { places, owner, cgroup }: { places: CgroupPlaces; owner: string; cgroup?: string },
  reasons: readonly string[],
): ResourceControl | undefined {
  switch (kind) {
    case 'cgroup-v2': {
      const own = places.get('');
      // This process may have made room there before.
      const root = cgroup ?? (own !== undefined && isWorkerGroup(own) ? dirname(own) : own);
      return root === undefined ? undefined : cgroupV2Control(root, owner);
    }
    case 'cgroup-v1':
      return cgroupV1Control(places, owner);
    case 'rlimit':
      return rlimitControl(owner, reasons.length === 0 ? undefined : reasons.join('; '));
  }
}

/** Why a control does not work here, or undefined when it does. */
async function obstacleOf(control: ResourceControl): Promise<string | undefined> {
  try {
    const group = await control.open(TRIAL_LIMITS);
    try {
      const [program = '', ...args] = group.enter(['/bin/sh', '-c', 'exit 0']);
      await run(program, args);
      return undefined;
    } finally {
      await group.close();
    }
  } catch (error) {
    return error instanceof Error ? firstLine(error.message) : String(error);
  }
}

async function ownPlaces(): Promise<CgroupPlaces> {
  const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
  return cgroupPlaces(await read('/proc/self/cgroup'), await read('/proc/self/mountinfo'));
}

const firstLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
