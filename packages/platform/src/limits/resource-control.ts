/** What a program and all that it starts may use. A limit that is absent is not held. */
export interface ProcessLimits {
  /** Of one core: 150 is one and a half cores. */
  readonly cpuPercent?: number;
  readonly memoryBytes?: number;
  /** Size of the one folder that the program may write. */
  readonly diskBytes?: number;
}

/** What a group of processes uses at a moment. */
export interface GroupSample {
  /** User and system time of the whole group since it began. */
  readonly cpuSeconds: number;
  /** Memory that belongs to the processes; files in the page cache do not count. */
  readonly memoryBytes: number;
}

/** What is known of a command that has ended, for where the kernel counts nothing. */
export interface MemorySigns {
  /** What it said when it failed; empty when it ended well. */
  readonly complaints: string;
  /** Most memory that `sample` found. */
  readonly seenBytes: number;
}

/** The processes of one command, from its start to its end. */
export interface ResourceGroup {
  /** The command line that starts `argv` inside of the group. */
  enter(argv: readonly string[]): string[];
  /** Told the number of the process that was started by the command line of `enter`. */
  attach(pid: number): void;
  sample(): Promise<GroupSample>;
  /** Whether a program of the group failed by its memory limit, and most memory that the kernel charged, where it tells. */
  memoryVerdict(signs: MemorySigns): Promise<{ readonly exhausted: boolean; readonly peakBytes?: number }>;
  /** Ends every process of the group at once, also those that left its process group or session. */
  kill(): Promise<void>;
  /** Removes the group; what still runs in it is ended. */
  close(): Promise<void>;
}

/** Ways to hold limits, best first. */
export const RESOURCE_CONTROLS = ['cgroup-v2', 'cgroup-v1', 'rlimit'] as const;
export type ResourceControlKind = (typeof RESOURCE_CONTROLS)[number];

/**
 * Holds limits on whole process trees. One contract suite for every kind; what a kind can't hold it leaves out of
 * `holds`.
 */
export interface ResourceControl {
  readonly kind: ResourceControlKind;
  readonly holds: readonly ('cpu' | 'memory' | 'disk')[];
  /** Why none of the better kinds is used, where there is one. */
  readonly note?: string;
  /** Makes an empty group. */
  open(limits: ProcessLimits): Promise<ResourceGroup>;
  /** Ends what workers of this machine that are dead have left behind, and removes their groups. */
  sweep(): Promise<void>;
}
