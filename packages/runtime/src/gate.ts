/** What a worker may take no work for. */
export type GateCause = 'starting' | 'disk' | 'quarantine';

/** Lets work in while nothing speaks against it. */
export class Gate {
  readonly #closed = new Map<GateCause, string>();
  #opened: (() => void)[] = [];

  /** Keeps work out for a cause; a cause that is there already gets the new reason. */
  close(cause: GateCause, reason: string): void {
    this.#closed.set(cause, reason);
  }

  /** Takes a cause away; the last one opens the gate. */
  open(cause: GateCause): void {
    this.#closed.delete(cause);
    if (this.#closed.size > 0) return;
    const waiting = this.#opened;
    this.#opened = [];
    for (const go of waiting) go();
  }

  /** Whether nothing speaks against work, or, given a cause, whether that does not. */
  isOpen(cause?: GateCause): boolean {
    return cause === undefined ? this.#closed.size === 0 : !this.#closed.has(cause);
  }

  /** Why it is closed, in words; empty when it is open. */
  get reasons(): string[] {
    return [...this.#closed.values()];
  }

  /** Resolves when the gate is open. */
  async whenOpen(): Promise<void> {
    while (!this.isOpen()) await new Promise<void>((resolve) => this.#opened.push(resolve));
  }
}
