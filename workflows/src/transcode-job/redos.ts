/** Renditions that somebody wants encoded again. */
export class Redos {
  private readonly generations = new Map<string, number>();
  private readonly waiting = new Set<string>();
  private running: string | undefined;
  private open = true;

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
