/** Renditions that somebody wants encoded again. */
export class Redos {
  private readonly generations = new Map<string, number>();
  private readonly waiting = new Set<string>();
  private running: string | undefined;
  private open = true;
  private readonly former: ReadonlyMap<string, number>;

  /** @param former the last generations of those that were wanted again in former runs */
  constructor(former: Readonly<Record<string, number>> = {}) {
    this.former = new Map(Object.entries(former));
  }

  /** Whether they can still be asked for. */
  get areOpen(): boolean {
    return this.open;
  }

  /** Asks for a rendition. @returns the generation that it will be; undefined for one that is asked for already */
  ask(rendition: string): number | undefined {
    if (this.waiting.has(rendition) || this.running === rendition) return undefined;
    this.waiting.add(rendition);
    return this.raise(rendition);
  }

  /** Asks for a rendition as in former runs. @returns its generation; undefined for one that was not wanted again */
  askAsBefore(rendition: string): number | undefined {
    const generation = this.former.get(rendition);
    if (generation === undefined) return undefined;
    this.waiting.add(rendition);
    this.generations.set(rendition, generation);
    return generation;
  }

  /** Takes a rendition out of those that wait. @returns the generation that is wanted; undefined where it does not wait */
  take(rendition: string): number | undefined {
    return this.waiting.delete(rendition) ? this.generations.get(rendition) : undefined;
  }

  /** The next generation of a rendition. */
  raise(rendition: string): number {
    const generation = (this.generations.get(rendition) ?? 0) + 1;
    this.generations.set(rendition, generation);
    return generation;
  }

  /** The next one that waits, with the generation that is wanted; when none does, none can be asked for any more. */
  next(): { readonly rendition: string; readonly generation: number } | undefined {
    const [rendition] = this.waiting;
    this.running = rendition;
    if (rendition === undefined) {
      this.open = false;
      return undefined;
    }
    this.waiting.delete(rendition);
    return { rendition, generation: this.generations.get(rendition) ?? 0 };
  }
}
