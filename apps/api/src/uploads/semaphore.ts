/** Lets work run so many at a time; the rest waits in a line. */
export class Semaphore {
  readonly #line: (() => void)[] = [];
  #free: number;

  /** @param permits how many run at a time */
  constructor(permits: number) {
    this.#free = permits;
  }

  /** Does the work when its turn has come; gives, or throws, what it does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
