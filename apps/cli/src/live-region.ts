import type { OutputStream } from './io.ts';

const escape = '\u001b[';

/** Lines at the bottom of a terminal that are drawn again and again, with ordinary lines passing above them. */
export class LiveRegion {
  #lines: readonly string[] = [];

  constructor(private readonly stream: OutputStream) {}

  /** Replaces the region; lines may not be wider than the terminal. */
  draw(lines: readonly string[]): void {
    const rows = (this.stream.rows ?? 24) - 1;
    const shown = lines.slice(0, rows);
    this.stream.write(this.#erasure() + shown.map((line) => `${line}\n`).join(''));
    this.#lines = shown;
  }

  /** Writes a line that stays, above the region. */
  print(line: string): void {
    this.stream.write(`${this.#erasure()}${line}\n${this.#lines.map((own) => `${own}\n`).join('')}`);
  }

  /** Leaves what is drawn on the screen and begins anew below it. */
  release(): void {
    this.#lines = [];
  }

  /** Moves to the region's first line and erases to the end of the screen (ECMA-48 CUU and ED). */
  #erasure(): string {
    return this.#lines.length === 0 ? '' : `${escape}${this.#lines.length}A${escape}0J`;
  }
}
