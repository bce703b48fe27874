/** What every bench can be told. */
export interface BenchOptions {
  /** How often both sides are measured, in turn. */
  readonly pairs: number;
  /** Takes one line about what happens, for people. */
  readonly report: (line: string) => void;
}

/** What came out. */
export interface Verdict {
  /** Whether all that the bench holds Framefold to was met. */
  readonly passed: boolean;
  /** The figures and the bounds, for machines. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** A measurement that compares: only ratios mean the same on every machine. */
export interface Bench {
  /** One sentence. */
  readonly description: string;
  run(options: BenchOptions): Promise<Verdict>;
}
