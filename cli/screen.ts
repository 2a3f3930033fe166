/** Where text goes: lines that stay, and, on a terminal, lines that are drawn again in place. */
import { graphemes } from './format.ts';

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
}

export class Screen {
  readonly width: number;
  readonly height: number;
  readonly live: boolean;
  private readonly output: Output;
  private drawn = 0;

  constructor(output: Output) {
    this.output = output;
    this.live = output.isTTY ?? false;
    this.width = output.columns ?? 100;
    this.height = output.rows ?? 24;
  }

  say(line = ''): void {
    this.clear();
    this.output.write(`${line}\n`);
  }

  /** Replaces what was drawn before. Without a terminal nothing can be replaced, so the last line is written only. */
  draw(lines: readonly string[]): void {
    if (!this.live) {
      const last = lines.at(-1);
      if (last !== undefined) this.output.write(`${last}\n`);
      return;
    }
    this.clear();
    const cut = lines.map((line) =>
      graphemes(line)
        .slice(0, this.width - 1)
        .join(''),
    );
    this.output.write(cut.map((line) => `${line}\n`).join(''));
    this.drawn = cut.length;
  }

  private clear(): void {
    if (this.drawn === 0) return;
    this.output.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }
}
